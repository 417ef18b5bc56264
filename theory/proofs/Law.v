(** * The law of the risk

    A model is retrained at every generation on fresh real rows with total weight [w] and on rows of the previous model
    with total weight [u = 1 - w].  Its risk obeys

      e_t = w^2 A + u^2 (B + rho e_(t-1)),      e_0 = A,

    with [A] ("fresh") the risk of a fit on the real rows alone, [B] ("synthetic") the noise of a fit on the synthetic
    rows alone, and [rho] the factor by which the synthetic rows pass on the error of the previous model.

    Proved here, for every start e_0 where the start does not matter:
    - the closed form, and the unrolled sum, of e_t;
    - e_t converges to e_inf = (w^2 A + u^2 B) / (1 - rho u^2) where |rho u^2| < 1;
    - e_t grows linearly at rho u^2 = 1, at least geometrically above, and without bound in both cases; so that, for
      A, B > 0 and rho >= 0, it converges exactly where rho u^2 < 1;
    - without real rows (w = 0) and at rho = 1, e_t = e_0 + t B.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia.
Open Scope R_scope.

(** ** Definitions *)

(** e_t, from any start. *)
Fixpoint risk_from (start fresh synthetic rho w : R) (t : nat) : R :=
  match t with
  | O => start
  | S s => w ^ 2 * fresh + (1 - w) ^ 2 * (synthetic + rho * risk_from start fresh synthetic rho w s)
  end.

(** e_t, from e_0 = A. *)
Definition risk (fresh synthetic rho w : R) (t : nat) : R := risk_from fresh fresh synthetic rho w t.

(** e_inf. *)
Definition limit_risk (fresh synthetic rho w : R) : R :=
  (w ^ 2 * fresh + (1 - w) ^ 2 * synthetic) / (1 - rho * (1 - w) ^ 2).

(** ** Closed forms *)

Theorem limit_risk_is_fixed_point : forall A B rho w e : R,
  rho * (1 - w) ^ 2 <> 1 ->
  (e = w ^ 2 * A + (1 - w) ^ 2 * (B + rho * e) <-> e = limit_risk A B rho w).
Proof.
  intros A B rho w e H. unfold limit_risk.
  assert (G : 1 - rho * (1 - w) ^ 2 <> 0) by lra. split; intro E.
  - apply (Rmult_eq_reg_r (1 - rho * (1 - w) ^ 2)); [|exact G]. field_simplify; [|exact G]. lra.
  - rewrite E. field. exact G.
Qed.

Lemma pow_successor : forall (x : R) (t : nat), x ^ S t = x * x ^ t.
Proof. reflexivity. Qed.

Lemma risk_from_closed_form : forall e0 A B rho w t,
  rho * (1 - w) ^ 2 <> 1 ->
  risk_from e0 A B rho w t =
  limit_risk A B rho w + (rho * (1 - w) ^ 2) ^ t * (e0 - limit_risk A B rho w).
Proof.
  intros e0 A B rho w t H.
  pose proof (proj2 (limit_risk_is_fixed_point A B rho w _ H) eq_refl) as F.
  set (l := limit_risk A B rho w) in *. clearbody l.
  induction t as [|t IH].
  - simpl. ring.
  - cbn [risk_from]. rewrite IH, (pow_successor _ t).
    (* The limit is the fixed point, so only the distance to it is left. *)
    set (q := (rho * (1 - w) ^ 2) ^ t). clearbody q.
    transitivity (w ^ 2 * A + (1 - w) ^ 2 * (B + rho * l) + rho * (1 - w) ^ 2 * q * (e0 - l)); [ring|].
    rewrite <- F. ring.
Qed.

Theorem risk_closed_form : forall A B rho w t,
  rho * (1 - w) ^ 2 <> 1 ->
  risk A B rho w t =
  limit_risk A B rho w + (rho * (1 - w) ^ 2) ^ t * (A - limit_risk A B rho w).
Proof. intros. unfold risk. now apply risk_from_closed_form. Qed.

(** e_t = q^t e_0 + (1 + q + ... + q^(t-1)) (w^2 A + u^2 B), for every q = rho u^2. *)
Theorem risk_is_an_unrolled_sum : forall A B rho w t,
  risk A B rho w (S t) =
  (rho * (1 - w) ^ 2) ^ S t * A
  + sum_f_R0 (fun i => (rho * (1 - w) ^ 2) ^ i) t * (w ^ 2 * A + (1 - w) ^ 2 * B).
Proof.
  intros A B rho w t. unfold risk. induction t as [|t IH].
  - simpl. ring.
  - change (risk_from A A B rho w (S (S t)))
      with (w ^ 2 * A + (1 - w) ^ 2 * (B + rho * risk_from A A B rho w (S t))).
    rewrite IH.
    (* 1 + q + ... + q^(t+1) = 1 + q (1 + ... + q^t) *)
    assert (G : forall q, sum_f_R0 (fun i => q ^ i) (S t) = 1 + q * sum_f_R0 (fun i => q ^ i) t).
    { intro q. rewrite decomp_sum by lia. cbn [pred]. f_equal. rewrite scal_sum.
      apply sum_eq. intros i _. simpl. ring. }
    rewrite G. simpl. ring.
Qed.

(** ** Convergence *)

Lemma geometric_sequence_vanishes : forall q c : R,
  Rabs q < 1 -> Un_cv (fun t => q ^ t * c) 0.
Proof.
  intros q c Hq eps He.
  assert (Hc : 0 < Rabs c + 1) by (pose proof (Rabs_pos c); lra).
  destruct (pow_lt_1_zero q Hq (eps / (Rabs c + 1))) as [N HN].
  { now apply Rdiv_lt_0_compat. }
  exists N. intros t Ht. unfold R_dist. rewrite Rminus_0_r, Rabs_mult.
  specialize (HN t Ht).
  apply Rle_lt_trans with (Rabs (q ^ t) * (Rabs c + 1)).
  - apply Rmult_le_compat_l; [apply Rabs_pos | lra].
  - replace eps with (eps / (Rabs c + 1) * (Rabs c + 1)) by (field; lra).
    now apply Rmult_lt_compat_r.
Qed.

Lemma convergence_by_distance : forall (f g : nat -> R) (l : R),
  (forall t, f t = l + g t) -> Un_cv g 0 -> Un_cv f l.
Proof.
  intros f g l E H eps He. destruct (H eps He) as [N HN]. exists N. intros t Ht.
  specialize (HN t Ht). unfold R_dist in *. rewrite E.
  now replace (l + g t - l) with (g t - 0) by ring.
Qed.

(** From every start. *)
Theorem risk_converges_from_every_start : forall e0 A B rho w,
  Rabs (rho * (1 - w) ^ 2) < 1 -> Un_cv (risk_from e0 A B rho w) (limit_risk A B rho w).
Proof.
  intros e0 A B rho w H.
  assert (H1 : rho * (1 - w) ^ 2 <> 1) by (apply Rabs_def2 in H; lra).
  apply convergence_by_distance
    with (g := fun t => (rho * (1 - w) ^ 2) ^ t * (e0 - limit_risk A B rho w)).
  - intro t. now apply risk_from_closed_form.
  - now apply geometric_sequence_vanishes.
Qed.

Theorem risk_converges : forall A B rho w,
  0 <= rho * (1 - w) ^ 2 < 1 -> Un_cv (risk A B rho w) (limit_risk A B rho w).
Proof.
  intros A B rho w H. apply risk_converges_from_every_start. rewrite Rabs_pos_eq; lra.
Qed.

(** ** Divergence *)

Lemma innovation_is_positive : forall A B w : R,
  0 < A -> 0 < B -> 0 < w ^ 2 * A + (1 - w) ^ 2 * B.
Proof.
  intros A B w HA HB.
  assert (0 <= w ^ 2) by apply pow2_ge_0. assert (0 <= (1 - w) ^ 2) by apply pow2_ge_0.
  assert (0 < w ^ 2 \/ 0 < (1 - w) ^ 2) as [P|P] by (destruct (Req_dec w 0); [right|left]; nra).
  all: nra.
Qed.

Theorem risk_is_linear_at_the_boundary : forall e0 A B rho w t,
  rho * (1 - w) ^ 2 = 1 ->
  risk_from e0 A B rho w t = e0 + INR t * (w ^ 2 * A + (1 - w) ^ 2 * B).
Proof.
  intros e0 A B rho w t H. induction t as [|t IH].
  - simpl. ring.
  - cbn [risk_from]. rewrite IH, S_INR.
    set (n := INR t). clearbody n. set (i := w ^ 2 * A + (1 - w) ^ 2 * B).
    transitivity (i + rho * (1 - w) ^ 2 * (e0 + n * i)); [unfold i; ring|].
    rewrite H. ring.
Qed.

Lemma risk_stays_positive : forall e0 A B rho w t,
  0 <= e0 -> 0 <= A -> 0 <= B -> 0 <= rho -> 0 <= risk_from e0 A B rho w t.
Proof.
  intros e0 A B rho w t H0 HA HB Hr. induction t as [|t IH]; [exact H0|]. cbn [risk_from].
  assert (0 <= w ^ 2) by apply pow2_ge_0. assert (0 <= (1 - w) ^ 2) by apply pow2_ge_0.
  assert (0 <= rho * risk_from e0 A B rho w t) by now apply Rmult_le_pos.
  apply Rplus_le_le_0_compat; apply Rmult_le_pos; lra.
Qed.

(** At and above the boundary, at least linearly ... *)
Lemma risk_grows_linearly : forall e0 A B rho w t,
  0 <= e0 -> 0 <= A -> 0 <= B -> 0 <= rho -> 1 <= rho * (1 - w) ^ 2 ->
  e0 + INR t * (w ^ 2 * A + (1 - w) ^ 2 * B) <= risk_from e0 A B rho w t.
Proof.
  intros e0 A B rho w t H0 HA HB Hr Hq. induction t as [|t IH].
  - simpl. lra.
  - cbn [risk_from]. rewrite S_INR.
    pose proof (risk_stays_positive e0 A B rho w t H0 HA HB Hr) as P.
    set (e := risk_from e0 A B rho w t) in *. clearbody e.
    set (q := rho * (1 - w) ^ 2) in *.
    replace (w ^ 2 * A + (1 - w) ^ 2 * (B + rho * e)) with (w ^ 2 * A + (1 - w) ^ 2 * B + q * e)
      by (unfold q; ring).
    assert (e <= q * e) by nra. lra.
Qed.

(** ... and at least geometrically. *)
Theorem risk_grows_geometrically_above : forall e0 A B rho w t,
  0 <= e0 -> 0 <= A -> 0 <= B -> 0 <= rho -> 1 < rho * (1 - w) ^ 2 ->
  (rho * (1 - w) ^ 2) ^ t * e0 <= risk_from e0 A B rho w t.
Proof.
  intros e0 A B rho w t H0 HA HB Hr Hq. induction t as [|t IH].
  - simpl. lra.
  - cbn [risk_from]. rewrite (pow_successor _ t).
    assert (0 <= w ^ 2) by apply pow2_ge_0. assert (0 <= (1 - w) ^ 2) by apply pow2_ge_0.
    set (q := rho * (1 - w) ^ 2) in *. set (p := q ^ t * e0) in *.
    set (e := risk_from e0 A B rho w t) in *.
    replace (w ^ 2 * A + (1 - w) ^ 2 * (B + rho * e)) with (w ^ 2 * A + (1 - w) ^ 2 * B + q * e)
      by (unfold q; ring).
    assert (0 <= w ^ 2 * A) by now apply Rmult_le_pos.
    assert (0 <= (1 - w) ^ 2 * B) by now apply Rmult_le_pos.
    replace (q * q ^ t * e0) with (q * p) by (unfold p; ring).
    assert (q * p <= q * e) by (apply Rmult_le_compat_l; lra). lra.
Qed.

Lemma natural_numbers_are_unbounded : forall x : R, exists n : nat, x < INR n.
Proof.
  intro x. destruct (archimed x) as [H _]. exists (Z.to_nat (up x)). rewrite INR_IZR_INZ.
  apply Rlt_le_trans with (IZR (up x)); [lra|]. apply IZR_le. lia.
Qed.

Lemma linear_growth_is_unbounded : forall (f : nat -> R) (a b : R),
  0 < b -> (forall t, a + INR t * b <= f t) -> cv_infty f.
Proof.
  intros f a b Hb Hf M. destruct (natural_numbers_are_unbounded ((M - a) / b)) as [N HN].
  exists N. intros t Ht. apply le_INR in Ht.
  apply Rlt_le_trans with (a + INR t * b); [|apply Hf].
  apply Rlt_le_trans with (a + INR N * b); [|nra].
  apply (Rmult_lt_compat_r b) in HN; [|exact Hb].
  unfold Rdiv in HN. rewrite Rmult_assoc, Rinv_l in HN by lra. lra.
Qed.

Theorem risk_diverges : forall e0 A B rho w,
  0 <= e0 -> 0 < A -> 0 < B -> 0 <= rho -> 1 <= rho * (1 - w) ^ 2 ->
  cv_infty (risk_from e0 A B rho w).
Proof.
  intros e0 A B rho w H0 HA HB Hr Hq.
  apply linear_growth_is_unbounded with (a := e0) (b := w ^ 2 * A + (1 - w) ^ 2 * B).
  - now apply innovation_is_positive.
  - intro t. apply risk_grows_linearly; lra.
Qed.

Lemma unbounded_sequence_has_no_limit : forall (f : nat -> R) (l : R), cv_infty f -> ~ Un_cv f l.
Proof.
  intros f l H C. destruct (C 1 Rlt_0_1) as [N HN]. destruct (H (l + 1)) as [M HM].
  specialize (HN (max N M) (Nat.le_max_l N M)). specialize (HM (max N M) (Nat.le_max_r N M)).
  unfold R_dist in HN. apply Rabs_def2 in HN. lra.
Qed.

Theorem risk_converges_exactly_below_the_boundary : forall A B rho w,
  0 < A -> 0 < B -> 0 <= rho ->
  ((exists l, Un_cv (risk A B rho w) l) <-> rho * (1 - w) ^ 2 < 1).
Proof.
  intros A B rho w HA HB Hr. split.
  - intros [l Hl]. destruct (Rlt_le_dec (rho * (1 - w) ^ 2) 1) as [H|H]; [exact H|].
    exfalso. refine (unbounded_sequence_has_no_limit _ l _ Hl). apply risk_diverges; lra.
  - intro H. exists (limit_risk A B rho w). apply risk_converges. split; [|exact H].
    apply Rmult_le_pos; [exact Hr | apply pow2_ge_0].
Qed.

(** Without real rows. *)
Theorem risk_without_real_rows : forall e0 A B t,
  risk_from e0 A B 1 0 t = e0 + INR t * B.
Proof.
  intros e0 A B t. rewrite risk_is_linear_at_the_boundary by ring. ring.
Qed.
