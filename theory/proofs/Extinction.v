(** * Extinction of categories

    A category of probability [p].  Generation 0 has n rows of the truth; each later one is fitted on n fresh real rows of
    total weight [w] and on m rows of the model before.  Proved here, from sums over all samples:
    - the expected share stays [p], under every weight;
    - without real rows (w = 0) the expectation of x (1 - x) falls as (1 - 1/m)^t, so that the category ends lost or alone,
      and is alone with a probability that tends to [p];
    - with a positive weight no category is lost for good: it is absent from a generation with a probability between
      (1 - p)^(n + m) and (1 - p)^n.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia.
From Goldenweight Require Import Law.
Open Scope R_scope.

(** ** One sample *)

(** The expectation of [f] of the number of rows in the category, among [m] rows: row by row. *)
Fixpoint sampled (m : nat) (x : R) (f : nat -> R) : R :=
  match m with
  | O => f O
  | S k => (1 - x) * sampled k x f + x * sampled k x (fun j => f (S j))
  end.

Lemma sampled_same : forall m x f g, (forall j, (j <= m)%nat -> f j = g j) -> sampled m x f = sampled m x g.
Proof.
  induction m as [|m IH]; intros x f g E; cbn [sampled]; [apply E; lia|].
  rewrite (IH x f g), (IH x (fun j => f (S j)) (fun j => g (S j))); [reflexivity| |]; intros; apply E; lia.
Qed.

Lemma sampled_order : forall m x f g,
  0 <= x <= 1 -> (forall j, (j <= m)%nat -> f j <= g j) -> sampled m x f <= sampled m x g.
Proof.
  induction m as [|m IH]; intros x f g X E; cbn [sampled]; [apply E; lia|].
  assert (sampled m x f <= sampled m x g) by (apply IH; [exact X|intros; apply E; lia]).
  assert (sampled m x (fun j => f (S j)) <= sampled m x (fun j => g (S j))) by (apply IH; [exact X|intros; apply E; lia]).
  nra.
Qed.

Lemma sampled_linear : forall m x a b f g,
  sampled m x (fun j => a * f j + b * g j) = a * sampled m x f + b * sampled m x g.
Proof.
  induction m as [|m IH]; intros x a b f g; cbn [sampled]; [reflexivity|].
  rewrite IH, (IH x a b (fun j => f (S j)) (fun j => g (S j))). ring.
Qed.

Lemma sampled_constant : forall m x c, sampled m x (fun _ => c) = c.
Proof. induction m as [|m IH]; intros x c; cbn [sampled]; [reflexivity|]. rewrite IH. ring. Qed.

Lemma sampled_count : forall m x c, sampled m x (fun j => INR j + c) = INR m * x + c.
Proof.
  induction m as [|m IH]; intros x c; cbn [sampled]; [simpl; ring|].
  rewrite IH, (sampled_same m x _ (fun j => INR j + (1 + c))) by (intros; rewrite S_INR; ring).
  rewrite IH, S_INR. ring.
Qed.

Lemma sampled_square : forall m x c,
  sampled m x (fun j => (INR j + c) ^ 2) = INR m * x * (1 - x) + (INR m * x + c) ^ 2.
Proof.
  induction m as [|m IH]; intros x c; cbn [sampled]; [simpl; ring|].
  rewrite IH, (sampled_same m x _ (fun j => (INR j + (1 + c)) ^ 2)) by (intros; rewrite S_INR; ring).
  rewrite IH, S_INR. ring.
Qed.

(** 1 where no row is in the category. *)
Definition none (j : nat) : R := match j with O => 1 | S _ => 0 end.

Theorem absent_from_a_sample : forall m x, sampled m x none = (1 - x) ^ m.
Proof.
  induction m as [|m IH]; intro x; cbn [sampled]; [reflexivity|].
  rewrite IH, (sampled_same m x _ (fun _ => 0)) by reflexivity. rewrite sampled_constant. simpl. ring.
Qed.

(** ** Generations *)

(** The expectation of [f] of the category's fitted probability at generation [t]. *)
Fixpoint fitted (w : R) (n m : nat) (p : R) (t : nat) (f : R -> R) : R :=
  match t with
  | O => sampled n p (fun i => f (INR i / INR n))
  | S s => fitted w n m p s (fun x =>
      sampled n p (fun i => sampled m x (fun j => f (w * (INR i / INR n) + (1 - w) * (INR j / INR m)))))
  end.

Lemma share_is_in_unit_interval : forall j m, (0 < m)%nat -> (j <= m)%nat -> 0 <= INR j / INR m <= 1.
Proof.
  intros j m M J. assert (0 < INR m) by now apply lt_0_INR. apply le_INR in J. pose proof (pos_INR j).
  split; [unfold Rdiv; apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra]|].
  apply (Rmult_le_reg_r (INR m)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
Qed.

Lemma fitted_order : forall t w n m p f g,
  0 <= w <= 1 -> (0 < n)%nat -> (0 < m)%nat -> 0 <= p <= 1 -> (forall x, 0 <= x <= 1 -> f x <= g x) ->
  fitted w n m p t f <= fitted w n m p t g.
Proof.
  induction t as [|t IH]; intros w n m p f g W N M P E; cbn [fitted].
  - apply sampled_order; [exact P|]. intros. apply E. now apply share_is_in_unit_interval.
  - apply IH; [exact W|exact N|exact M|exact P|]. intros x X. apply sampled_order; [exact P|]. intros i I.
    apply sampled_order; [exact X|]. intros j J. apply E.
    pose proof (share_is_in_unit_interval i n N I). pose proof (share_is_in_unit_interval j m M J). nra.
Qed.

Lemma fitted_same : forall t w n m p f g,
  0 <= w <= 1 -> (0 < n)%nat -> (0 < m)%nat -> 0 <= p <= 1 -> (forall x, 0 <= x <= 1 -> f x = g x) ->
  fitted w n m p t f = fitted w n m p t g.
Proof.
  intros t w n m p f g W N M P E. apply Rle_antisym; apply fitted_order; try assumption; intros x X; rewrite (E x X); lra.
Qed.

Lemma fitted_linear : forall t w n m p a b f g,
  0 <= w <= 1 -> (0 < n)%nat -> (0 < m)%nat -> 0 <= p <= 1 ->
  fitted w n m p t (fun x => a * f x + b * g x) = a * fitted w n m p t f + b * fitted w n m p t g.
Proof.
  induction t as [|t IH]; intros w n m p a b f g W N M P; cbn [fitted]; [apply sampled_linear|].
  rewrite <- IH by assumption. apply fitted_same; try assumption. intros x X.
  rewrite <- sampled_linear. apply sampled_same. intros i _. apply sampled_linear.
Qed.

Lemma fitted_constant : forall t w n m p c, fitted w n m p t (fun _ => c) = c.
Proof.
  induction t as [|t IH]; intros w n m p c; cbn [fitted]; [apply sampled_constant|].
  transitivity (fitted w n m p t (fun _ => c)); [|apply IH]. clear IH.
  assert (E : forall x, sampled n p (fun _ => sampled m x (fun _ => c)) = c).
  { intro x. rewrite (sampled_same n p _ (fun _ => c)) by (intros; apply sampled_constant). apply sampled_constant. }
  assert (G : forall s f g, (forall x, f x = g x) -> fitted w n m p s f = fitted w n m p s g).
  { induction s as [|s IH]; intros f g F; cbn [fitted].
    - apply sampled_same. intros. apply F.
    - apply IH. intro x. apply sampled_same. intros. apply sampled_same. intros. apply F. }
  apply G. exact E.
Qed.

(** E of a share of one sample, and of its square. *)
Lemma share_mean : forall m x, (0 < m)%nat -> sampled m x (fun j => INR j / INR m) = x.
Proof.
  intros m x M. assert (0 < INR m) by now apply lt_0_INR.
  rewrite (sampled_same m x _ (fun j => / INR m * (INR j + 0) + 0 * 0)) by (intros; field; lra).
  rewrite (sampled_linear m x (/ INR m) 0 (fun j => INR j + 0) (fun _ => 0)), sampled_count, sampled_constant. field. lra.
Qed.

Lemma share_variety : forall m x,
  (0 < m)%nat -> sampled m x (fun j => INR j / INR m * (1 - INR j / INR m)) = (1 - 1 / INR m) * (x * (1 - x)).
Proof.
  intros m x M. assert (0 < INR m) by now apply lt_0_INR.
  rewrite (sampled_same m x _ (fun j => / INR m * (INR j + 0) + - (/ INR m) ^ 2 * (INR j + 0) ^ 2)) by (intros; field; lra).
  rewrite (sampled_linear m x (/ INR m) (- (/ INR m) ^ 2) (fun j => INR j + 0) (fun j => (INR j + 0) ^ 2)).
  rewrite sampled_count, sampled_square. field. lra.
Qed.

Theorem expected_share_stays : forall t w n m p,
  0 <= w <= 1 -> (0 < n)%nat -> (0 < m)%nat -> 0 <= p <= 1 -> fitted w n m p t (fun x => x) = p.
Proof.
  induction t as [|t IH]; intros w n m p W N M P; cbn [fitted]; [now apply share_mean|].
  rewrite (fitted_same t w n m p _ (fun x => w * p + (1 - w) * x)); try assumption.
  - rewrite (fitted_linear t w n m p w (1 - w) (fun _ => p) (fun x => x)) by assumption.
    rewrite fitted_constant, IH by assumption. ring.
  - intros x X.
    rewrite (sampled_same n p _ (fun i => w * (INR i / INR n) + (1 - w) * x)).
    + rewrite (sampled_linear n p w (1 - w) (fun i => INR i / INR n) (fun _ => x)), share_mean, sampled_constant by assumption.
      reflexivity.
    + intros i _. rewrite (sampled_linear m x w (1 - w) (fun _ => INR i / INR n) (fun j => INR j / INR m)).
      now rewrite sampled_constant, share_mean by assumption.
Qed.

(** ** No real rows *)

Theorem variety_falls_geometrically : forall t n m p,
  (0 < n)%nat -> (0 < m)%nat -> 0 <= p <= 1 ->
  fitted 0 n m p t (fun x => x * (1 - x)) = (1 - 1 / INR m) ^ t * ((1 - 1 / INR n) * (p * (1 - p))).
Proof.
  induction t as [|t IH]; intros n m p N M P; cbn [fitted]; [rewrite share_variety by assumption; simpl; ring|].
  rewrite (fitted_same t 0 n m p _ (fun x => (1 - 1 / INR m) * (x * (1 - x)) + 0 * 0)); try assumption; [|lra|].
  - rewrite (fitted_linear t 0 n m p (1 - 1 / INR m) 0 (fun x => x * (1 - x)) (fun _ => 0)) by (assumption || lra).
    rewrite IH by assumption. simpl. ring.
  - intros x X. rewrite (sampled_same n p _ (fun _ => (1 - 1 / INR m) * (x * (1 - x)))).
    + rewrite sampled_constant. ring.
    + intros i _. rewrite <- share_variety by assumption. apply sampled_same. intros j _. ring.
Qed.

(** 1 where all [m] rows are in the category. *)
Definition all (m j : nat) : R := if Nat.eqb j m then 1 else 0.

(** P(the category is alone) at generation t + 1. *)
Definition alone (n m : nat) (p : R) (t : nat) : R := fitted 0 n m p t (fun x => sampled m x (all m)).

(** Below m rows a share is at least 1/m away from 1. *)
Lemma all_between : forall m j,
  (0 < m)%nat -> (j <= m)%nat ->
  INR j / INR m - INR m * (INR j / INR m * (1 - INR j / INR m)) <= all m j <= INR j / INR m.
Proof.
  intros m j M J. assert (0 < INR m) by now apply lt_0_INR. unfold all.
  destruct (Nat.eqb_spec j m) as [E|E].
  - subst j. replace (INR m / INR m) with 1 by (field; lra). lra.
  - assert (L : (j + 1 <= m)%nat) by lia. apply le_INR in L. rewrite plus_INR in L. simpl in L.
    pose proof (share_is_in_unit_interval j m M J) as [S _]. split; [|exact S].
    assert (G : 1 <= INR m * (1 - INR j / INR m)) by (replace (INR m * (1 - INR j / INR m)) with (INR m - INR j) by (field; lra); lra).
    replace (INR j / INR m - INR m * (INR j / INR m * (1 - INR j / INR m)))
      with (INR j / INR m * (1 - INR m * (1 - INR j / INR m))) by ring. nra.
Qed.

Theorem alone_is_near_its_probability : forall t n m p,
  (0 < n)%nat -> (0 < m)%nat -> 0 <= p <= 1 ->
  p - INR m * ((1 - 1 / INR m) ^ S t * ((1 - 1 / INR n) * (p * (1 - p)))) <= alone n m p t <= p.
Proof.
  intros t n m p N M P. unfold alone. split.
  - apply Rle_trans with (fitted 0 n m p t (fun x => 1 * x + - (INR m * (1 - 1 / INR m)) * (x * (1 - x)))).
    + rewrite (fitted_linear t 0 n m p 1 (- (INR m * (1 - 1 / INR m))) (fun x => x) (fun x => x * (1 - x))) by (assumption || lra).
      rewrite expected_share_stays, variety_falls_geometrically by (assumption || lra). simpl. lra.
    + apply fitted_order; try assumption; [lra|]. intros x X.
      replace (1 * x + - (INR m * (1 - 1 / INR m)) * (x * (1 - x)))
        with (1 * sampled m x (fun j => INR j / INR m)
              + - INR m * sampled m x (fun j => INR j / INR m * (1 - INR j / INR m)))
        by (rewrite share_mean, share_variety by assumption; ring).
      rewrite <- sampled_linear. apply sampled_order; [exact X|]. intros j J. pose proof (all_between m j M J). lra.
  - rewrite <- (expected_share_stays t 0 n m p) at 2 by (assumption || lra).
    apply fitted_order; try assumption; [lra|]. intros x X. rewrite <- (share_mean m x M) at 2.
    apply sampled_order; [exact X|]. intros j J. now apply all_between.
Qed.

Theorem alone_tends_to_its_probability : forall n m p,
  (0 < n)%nat -> (0 < m)%nat -> 0 <= p <= 1 -> Un_cv (alone n m p) p.
Proof.
  intros n m p N M P. assert (0 < INR m) by now apply lt_0_INR. assert (O : 1 <= INR m) by (apply le_INR in M; simpl in M; lra).
  assert (I : 0 < 1 / INR m <= 1).
  { split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_le_reg_r (INR m)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  set (c := INR m * ((1 - 1 / INR m) * ((1 - 1 / INR n) * (p * (1 - p))))).
  assert (Z : Un_cv (fun t => (1 - 1 / INR m) ^ t * c) 0) by (apply geometric_sequence_vanishes; rewrite Rabs_pos_eq; lra).
  intros eps E. destruct (Z eps E) as [k K]. exists k. intros t T. specialize (K t T).
  pose proof (alone_is_near_its_probability t n m p N M P) as [L U].
  replace (INR m * ((1 - 1 / INR m) ^ S t * ((1 - 1 / INR n) * (p * (1 - p))))) with ((1 - 1 / INR m) ^ t * c) in L
    by (unfold c; simpl; ring).
  unfold R_dist in *. rewrite Rminus_0_r in K. apply Rle_lt_trans with (2 := K).
  rewrite Rabs_left1 by lra. apply Rle_trans with (2 := Rle_abs _). lra.
Qed.

(** ** A positive weight on real rows *)

(** P(no row of generation t + 1 is in the category): none of the real rows, and none of the synthetic ones. *)
Definition absent (w : R) (n m : nat) (p : R) (t : nat) : R :=
  fitted w n m p t (fun x => sampled n p (fun i => sampled m x (fun j => none i * none j))).

Lemma power_is_above_its_tangent : forall m a b,
  0 <= a -> 0 <= b -> a ^ m + INR m * a ^ pred m * (b - a) <= b ^ m.
Proof.
  intros m a b A B. destruct m as [|m]; [simpl; lra|]. cbn [pred].
  induction m as [|m IH]; [simpl; lra|].
  assert (Q : b * (a ^ S m + INR (S m) * a ^ m * (b - a)) <= b * b ^ S m) by (apply Rmult_le_compat_l; assumption).
  assert (G : 0 <= INR (S m) * a ^ m * (b - a) ^ 2).
  { apply Rmult_le_pos; [apply Rmult_le_pos; [apply pos_INR|now apply pow_le]|apply pow2_ge_0]. }
  rewrite (S_INR (S m)). cbn [pow] in *. set (q := a ^ m) in *. set (k := INR (S m)) in *. clearbody q k. nra.
Qed.

Theorem absent_is_between : forall t w n m p,
  0 <= w <= 1 -> (0 < n)%nat -> (0 < m)%nat -> 0 <= p <= 1 -> (1 - p) ^ (n + m) <= absent w n m p t <= (1 - p) ^ n.
Proof.
  intros t w n m p W N M P.
  assert (E : absent w n m p t = (1 - p) ^ n * fitted w n m p t (fun x => (1 - x) ^ m)).
  { unfold absent. rewrite (fitted_same t w n m p _ (fun x => (1 - p) ^ n * (1 - x) ^ m + 0 * 0)); try assumption.
    - rewrite (fitted_linear t w n m p ((1 - p) ^ n) 0 (fun x => (1 - x) ^ m) (fun _ => 0)) by assumption. ring.
    - intros x X. rewrite (sampled_same n p _ (fun i => (1 - x) ^ m * none i + 0 * 0)).
      + rewrite (sampled_linear n p ((1 - x) ^ m) 0 none (fun _ => 0)), absent_from_a_sample. ring.
      + intros i _. rewrite (sampled_same m x _ (fun j => none i * none j + 0 * 0)) by (intros; ring).
        rewrite (sampled_linear m x (none i) 0 none (fun _ => 0)), absent_from_a_sample. ring. }
  assert (Q : 0 <= (1 - p) ^ n) by (apply pow_le; lra). rewrite E. split.
  - rewrite pow_add. apply Rmult_le_compat_l; [exact Q|].
    set (slope := INR m * (1 - p) ^ pred m).
    apply Rle_trans with (fitted w n m p t (fun x => ((1 - p) ^ m + slope * p) * 1 + - slope * x)).
    + rewrite (fitted_linear t w n m p ((1 - p) ^ m + slope * p) (- slope) (fun _ => 1) (fun x => x)) by assumption.
      rewrite fitted_constant, expected_share_stays by assumption. lra.
    + apply fitted_order; try assumption. intros x X.
      pose proof (power_is_above_its_tangent m (1 - p) (1 - x) ltac:(lra) ltac:(lra)) as T. fold slope in T. lra.
  - rewrite <- (Rmult_1_r ((1 - p) ^ n)) at 2. apply Rmult_le_compat_l; [exact Q|].
    rewrite <- (fitted_constant t w n m p 1) at 1. apply fitted_order; try assumption. intros x X.
    apply Rle_trans with (1 ^ m); [apply pow_incr; lra|rewrite pow1; lra].
Qed.
