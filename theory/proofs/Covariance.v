(** * The covariance of Gaussian rows

    The risk V_t = E |Sigma_t - Sigma|^2 of the covariance and the variance U_t = Var tr Sigma_t of its trace obey, with
    T2 = tr Sigma^2, S2 = (tr Sigma)^2, K = T2 + S2, c = n - 1, d = m - 1 and u = 1 - w,

      V_t = w^2 K/c    + u^2 (V_(t-1) + (K + V_(t-1) + U_(t-1)) / d),      V_0 = K/c,
      U_t = w^2 2 T2/c + u^2 (U_(t-1) + 2 (T2 + V_(t-1)) / d),             U_0 = 2 T2/c.

    Proved here:
    - 2 V + U and V - U decouple: each obeys the recursion of [Law], with rho = 1 + 2/d and rho = 1 - 1/d;
    - the characteristic polynomial of the system's matrix is (x - u^2 (1 + 2/d)) (x - u^2 (1 - 1/d)), so both
      eigenvalues are below 1 exactly where w > w_c(m) = 1 - sqrt ((m - 1)/(m + 1));
    - for m >= 2, V_t converges, to a limit given explicitly, for w_c(m) < w <= 1 and grows without bound for
      0 <= w <= w_c(m), however many real rows there are;
    - w_c(m) > 0 for every m: a small positive weight does not prevent collapse.
    A covariance has 0 < T2 <= S2 (unless it is zero), which is assumed where it matters.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia.
From Goldenweight Require Import Law.
Open Scope R_scope.

(** ** Definitions *)

(** (V_t, U_t). *)
Fixpoint covariance_moments (T2 S2 c d w : R) (t : nat) : R * R :=
  match t with
  | O => ((T2 + S2) / c, 2 * T2 / c)
  | S s =>
      let (V, U) := covariance_moments T2 S2 c d w s in
      (w ^ 2 * ((T2 + S2) / c) + (1 - w) ^ 2 * (V + (T2 + S2 + V + U) / d),
       w ^ 2 * (2 * T2 / c) + (1 - w) ^ 2 * (U + 2 * (T2 + V) / d))
  end.

Definition covariance_risk (T2 S2 c d w : R) (t : nat) : R := fst (covariance_moments T2 S2 c d w t).
Definition trace_variance (T2 S2 c d w : R) (t : nat) : R := snd (covariance_moments T2 S2 c d w t).

(** Their limits, with g = w^2/c + u^2/d and D = (1 - u^2 (1 + 2/d)) (1 - u^2 (1 - 1/d)):
    g ((1 - u^2) K + 2 u^2 T2/d) / D and 2 g ((1 - u^2) T2 + u^2 S2/d) / D. *)
Definition covariance_limit (T2 S2 c d w : R) : R :=
  (w ^ 2 / c + (1 - w) ^ 2 / d)
  * ((1 - (1 - w) ^ 2) * (T2 + S2) + 2 * (1 - w) ^ 2 * T2 / d)
  / ((1 - (1 - w) ^ 2 * (1 + 2 / d)) * (1 - (1 - w) ^ 2 * (1 - 1 / d))).
Definition trace_variance_limit (T2 S2 c d w : R) : R :=
  2 * (w ^ 2 / c + (1 - w) ^ 2 / d)
  * ((1 - (1 - w) ^ 2) * T2 + (1 - w) ^ 2 * S2 / d)
  / ((1 - (1 - w) ^ 2 * (1 + 2 / d)) * (1 - (1 - w) ^ 2 * (1 - 1 / d))).

(** The matrix u^2 ((1 + 1/d, 1/d), (2/d, 1)) of the system, and its characteristic polynomial det (M - x). *)
Definition M11 (d w : R) : R := (1 - w) ^ 2 * (1 + 1 / d).
Definition M12 (d w : R) : R := (1 - w) ^ 2 * (1 / d).
Definition M21 (d w : R) : R := (1 - w) ^ 2 * (2 / d).
Definition M22 (d w : R) : R := (1 - w) ^ 2.
Definition characteristic_polynomial (d w x : R) : R :=
  (M11 d w - x) * (M22 d w - x) - M12 d w * M21 d w.

(** w_c(m). *)
Definition covariance_threshold (m : R) : R := 1 - sqrt ((m - 1) / (m + 1)).

(** ** The modes *)

Lemma covariance_step : forall T2 S2 c d w t,
  covariance_moments T2 S2 c d w (S t) =
  (w ^ 2 * ((T2 + S2) / c)
     + (1 - w) ^ 2 * (covariance_risk T2 S2 c d w t
                      + (T2 + S2 + covariance_risk T2 S2 c d w t + trace_variance T2 S2 c d w t) / d),
   w ^ 2 * (2 * T2 / c)
     + (1 - w) ^ 2 * (trace_variance T2 S2 c d w t + 2 * (T2 + covariance_risk T2 S2 c d w t) / d)).
Proof.
  intros. unfold covariance_risk, trace_variance. cbn [covariance_moments].
  now destruct (covariance_moments T2 S2 c d w t).
Qed.

Theorem covariance_modes_decouple : forall T2 S2 c d w t,
  d <> 0 -> c <> 0 ->
  let V := covariance_risk T2 S2 c d w t in
  let U := trace_variance T2 S2 c d w t in
  2 * V + U = risk (2 * (T2 + S2 + T2) / c) (2 * (T2 + S2 + T2) / d) (1 + 2 / d) w t
  /\ V - U = risk ((T2 + S2 - 2 * T2) / c) ((T2 + S2 - 2 * T2) / d) (1 - 1 / d) w t.
Proof.
  intros T2 S2 c d w t Hd Hc. cbv zeta. unfold risk. induction t as [|t [IHa IHb]].
  - cbn. split; field; assumption.
  - unfold covariance_risk, trace_variance. rewrite covariance_step. cbn [fst snd risk_from].
    rewrite <- IHa, <- IHb. split; field; split; assumption.
Qed.

(** V and U from the modes. *)
Theorem covariance_moments_from_modes : forall T2 S2 c d w t,
  d <> 0 -> c <> 0 ->
  let a := risk (2 * (T2 + S2 + T2) / c) (2 * (T2 + S2 + T2) / d) (1 + 2 / d) w t in
  let b := risk ((T2 + S2 - 2 * T2) / c) ((T2 + S2 - 2 * T2) / d) (1 - 1 / d) w t in
  covariance_risk T2 S2 c d w t = (a + b) / 3 /\ trace_variance T2 S2 c d w t = (a - 2 * b) / 3.
Proof.
  intros T2 S2 c d w t Hd Hc a b.
  destruct (covariance_modes_decouple T2 S2 c d w t Hd Hc) as [Ha Hb]. fold a in Ha. fold b in Hb. lra.
Qed.

(** ** The spectrum *)

Theorem covariance_system_has_the_matrix : forall T2 S2 c d w t,
  c <> 0 -> d <> 0 ->
  covariance_risk T2 S2 c d w (S t) =
    M11 d w * covariance_risk T2 S2 c d w t + M12 d w * trace_variance T2 S2 c d w t
    + (w ^ 2 / c + (1 - w) ^ 2 / d) * (T2 + S2)
  /\ trace_variance T2 S2 c d w (S t) =
    M21 d w * covariance_risk T2 S2 c d w t + M22 d w * trace_variance T2 S2 c d w t
    + (w ^ 2 / c + (1 - w) ^ 2 / d) * (2 * T2).
Proof.
  intros T2 S2 c d w t Hc Hd. unfold covariance_risk at 1. unfold trace_variance at 2.
  rewrite covariance_step. cbn [fst snd]. unfold M11, M12, M21, M22. split; field; split; assumption.
Qed.

Theorem covariance_characteristic_polynomial : forall d w x : R,
  d <> 0 ->
  characteristic_polynomial d w x =
  (x - (1 - w) ^ 2 * (1 + 2 / d)) * (x - (1 - w) ^ 2 * (1 - 1 / d)).
Proof.
  intros d w x Hd. unfold characteristic_polynomial, M11, M12, M21, M22. field. exact Hd.
Qed.

Lemma threshold_root : forall m : R, 1 < m ->
  0 < sqrt ((m - 1) / (m + 1)) < 1 /\ sqrt ((m - 1) / (m + 1)) ^ 2 * (1 + 2 / (m - 1)) = 1.
Proof.
  intros m Hm.
  assert (P : 0 < (m - 1) / (m + 1)) by (apply Rdiv_lt_0_compat; lra).
  assert (L : (m - 1) / (m + 1) < 1).
  { apply (Rmult_lt_reg_r (m + 1)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  split; [split|].
  - now apply sqrt_lt_R0.
  - apply Rlt_le_trans with (sqrt 1); [apply sqrt_lt_1; lra|rewrite sqrt_1; lra].
  - rewrite pow2_sqrt by lra. field. lra.
Qed.

Theorem covariance_threshold_is_in_unit_interval : forall m : R, 1 < m -> 0 < covariance_threshold m < 1.
Proof.
  intros m Hm. unfold covariance_threshold. destruct (threshold_root m Hm) as [H _]. lra.
Qed.

Theorem covariance_threshold_without_cancellation : forall m : R, 1 < m ->
  covariance_threshold m = 2 / (m + 1) / (1 + sqrt ((m - 1) / (m + 1))).
Proof.
  intros m Hm. unfold covariance_threshold. destruct (threshold_root m Hm) as [H E].
  set (s := sqrt _) in *. clearbody s.
  assert (E2 : s ^ 2 * (m + 1) = m - 1).
  { transitivity (s ^ 2 * (1 + 2 / (m - 1)) * (m - 1)); [field; lra|rewrite E; ring]. }
  apply (Rmult_eq_reg_r ((m + 1) * (1 + s))); [|nra]. field_simplify; [|lra]. lra.
Qed.

(** To find w_c, solve its equation. *)
Lemma covariance_threshold_of_root : forall m w : R,
  1 < m -> w <= 1 -> (1 - w) ^ 2 * (m + 1) = m - 1 -> covariance_threshold m = w.
Proof.
  intros m w Hm Hw E. unfold covariance_threshold.
  replace ((m - 1) / (m + 1)) with ((1 - w) ^ 2) by (rewrite <- E; field; lra).
  rewrite sqrt_pow2; lra.
Qed.

Lemma contraction_below_one_iff : forall m w : R,
  1 < m -> w <= 1 -> ((1 + 2 / (m - 1)) * (1 - w) ^ 2 < 1 <-> covariance_threshold m < w).
Proof.
  intros m w Hm Hw. unfold covariance_threshold. destruct (threshold_root m Hm) as [H E].
  set (s := sqrt _) in *. clearbody s.
  assert (P : 0 < 1 + 2 / (m - 1)) by (assert (0 < 2 / (m - 1)) by (apply Rdiv_lt_0_compat; lra); lra).
  set (r := 1 + 2 / (m - 1)) in *. clearbody r.
  assert (F : 1 - r * (1 - w) ^ 2 = r * (s + (1 - w)) * (s - (1 - w))) by nra.
  assert (0 < r * (s + (1 - w))) by nra. split; intro; nra.
Qed.

(** Both eigenvalues are below 1 exactly above the threshold. *)
Theorem covariance_eigenvalues_are_below_one_above_threshold : forall m w : R,
  1 < m -> w <= 1 ->
  ((forall x, characteristic_polynomial (m - 1) w x = 0 -> x < 1) <-> covariance_threshold m < w).
Proof.
  intros m w Hm Hw. rewrite <- (contraction_below_one_iff m w Hm Hw).
  assert (Hd : m - 1 <> 0) by lra. split.
  - intro H. rewrite Rmult_comm. apply H. rewrite covariance_characteristic_polynomial by exact Hd. ring.
  - intros H x Hx. rewrite covariance_characteristic_polynomial in Hx by exact Hd.
    assert (S : 0 <= (1 - w) ^ 2) by apply pow2_ge_0.
    assert (0 < 1 / (m - 1)) by (apply Rdiv_lt_0_compat; lra).
    assert (D : 2 / (m - 1) = 2 * (1 / (m - 1))) by (field; lra). rewrite D in *.
    apply Rmult_integral in Hx. destruct Hx as [Hx|Hx]; nra.
Qed.

(** ** Convergence and divergence *)

(** The factor of V - U, with rho = 1 - 1/d, is always below 1. *)
Lemma difference_mode_contracts : forall d w : R,
  1 <= d -> 0 <= w <= 1 -> 0 <= (1 - 1 / d) * (1 - w) ^ 2 < 1.
Proof.
  intros d w Hd Hw.
  assert (P : 0 < 1 / d) by (apply Rdiv_lt_0_compat; lra).
  assert (L : 1 / d <= 1).
  { apply (Rmult_le_reg_r d); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  assert (0 <= (1 - w) ^ 2 <= 1) by nra. split; nra.
Qed.

Lemma sum_mode_has_nonnegative_factor : forall d w : R, 0 < d -> 0 <= (1 + 2 / d) * (1 - w) ^ 2.
Proof.
  intros d w Hd. assert (0 < 2 / d) by (apply Rdiv_lt_0_compat; lra).
  apply Rmult_le_pos; [lra|apply pow2_ge_0].
Qed.

Lemma limit_of_combination : forall (f g h : nat -> R) (a b l p q : R),
  Un_cv f a -> Un_cv g b -> (forall t, h t = p * f t + q * g t) -> l = p * a + q * b -> Un_cv h l.
Proof.
  intros f g h a b l p q Hf Hg E ->.
  assert (K : forall (s : nat -> R) (x y : R), Un_cv s x -> Un_cv (fun t => y * s t) (y * x)).
  { intros s x y Hs. apply (CV_mult (fun _ => y) s y x); [|exact Hs].
    intros eps He. exists O. intros. unfold R_dist. replace (y - y) with 0 by ring. now rewrite Rabs_R0. }
  pose proof (CV_plus _ _ _ _ (K f a p Hf) (K g b q Hg)) as H.
  intros eps He. destruct (H eps He) as [N HN]. exists N. intros t Ht. rewrite E. now apply HN.
Qed.

Theorem covariance_risk_converges_above_threshold : forall T2 S2 c m w : R,
  0 < c -> 2 <= m -> 0 <= w <= 1 -> covariance_threshold m < w ->
  Un_cv (covariance_risk T2 S2 c (m - 1) w) (covariance_limit T2 S2 c (m - 1) w)
  /\ Un_cv (trace_variance T2 S2 c (m - 1) w) (trace_variance_limit T2 S2 c (m - 1) w).
Proof.
  intros T2 S2 c m w Hc Hm Hw H.
  apply contraction_below_one_iff in H; [|lra|lra].
  remember (m - 1) as d eqn:Ed. assert (Hd : 1 <= d) by lra. clear Ed Hm m.
  assert (Hd0 : d <> 0) by lra. assert (Hc0 : c <> 0) by lra.
  pose proof (difference_mode_contracts d w Hd Hw) as Hb.
  assert (Ha : 0 <= (1 + 2 / d) * (1 - w) ^ 2 < 1).
  { split; [apply sum_mode_has_nonnegative_factor; lra|exact H]. }
  pose proof (risk_converges (2 * (T2 + S2 + T2) / c) (2 * (T2 + S2 + T2) / d) (1 + 2 / d) w Ha) as A.
  pose proof (risk_converges ((T2 + S2 - 2 * T2) / c) ((T2 + S2 - 2 * T2) / d) (1 - 1 / d) w Hb) as B.
  assert (Ga : d - (d + 2) * (1 - w) ^ 2 <> 0).
  { replace (d - (d + 2) * (1 - w) ^ 2) with (d * (1 - (1 + 2 / d) * (1 - w) ^ 2)) by (field; lra).
    apply Rmult_integral_contrapositive. split; lra. }
  assert (Gb : d - (d - 1) * (1 - w) ^ 2 <> 0).
  { replace (d - (d - 1) * (1 - w) ^ 2) with (d * (1 - (1 - 1 / d) * (1 - w) ^ 2)) by (field; lra).
    apply Rmult_integral_contrapositive. split; lra. }
  split.
  - apply (limit_of_combination _ _ _ _ _ _ (1 / 3) (1 / 3) A B).
    + intro t. destruct (covariance_moments_from_modes T2 S2 c d w t Hd0 Hc0) as [E _]. rewrite E. field.
    + unfold limit_risk, covariance_limit. field.
      repeat split; try assumption; intro Z; (apply Ga || apply Gb); rewrite <- Z; ring.
  - apply (limit_of_combination _ _ _ _ _ _ (1 / 3) (- 2 / 3) A B).
    + intro t. destruct (covariance_moments_from_modes T2 S2 c d w t Hd0 Hc0) as [_ E]. rewrite E. field.
    + unfold limit_risk, trace_variance_limit. field.
      repeat split; try assumption; intro Z; (apply Ga || apply Gb); rewrite <- Z; ring.
Qed.

Theorem covariance_risk_diverges_up_to_threshold : forall T2 S2 c m w : R,
  0 < T2 -> T2 <= S2 -> 0 < c -> 2 <= m -> 0 <= w <= covariance_threshold m ->
  cv_infty (covariance_risk T2 S2 c (m - 1) w).
Proof.
  intros T2 S2 c m w HT HS Hc Hm Hw.
  assert (T : covariance_threshold m < 1) by (apply covariance_threshold_is_in_unit_interval; lra).
  assert (H : 1 <= (1 + 2 / (m - 1)) * (1 - w) ^ 2).
  { destruct (Rle_lt_dec 1 ((1 + 2 / (m - 1)) * (1 - w) ^ 2)) as [L|G]; [exact L|exfalso].
    apply contraction_below_one_iff in G; lra. }
  remember (m - 1) as d eqn:Ed. assert (Hd : 1 <= d) by lra.
  assert (Hd0 : d <> 0) by lra. assert (Hc0 : c <> 0) by lra.
  assert (P : 0 < 2 / d) by (apply Rdiv_lt_0_compat; lra).
  assert (L : 1 / d <= 1).
  { apply (Rmult_le_reg_r d); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  (* 2 V + U grows without bound, V - U stays nonnegative, and V is a third of their sum. *)
  assert (HA : 0 < 2 * (T2 + S2 + T2) / c) by (apply Rdiv_lt_0_compat; lra).
  assert (HB : 0 < 2 * (T2 + S2 + T2) / d) by (apply Rdiv_lt_0_compat; lra).
  assert (D : cv_infty (risk (2 * (T2 + S2 + T2) / c) (2 * (T2 + S2 + T2) / d) (1 + 2 / d) w)).
  { apply risk_diverges; lra. }
  intros x. destruct (D (3 * x)) as [N HN]. exists N. intros t Ht. specialize (HN t Ht).
  destruct (covariance_moments_from_modes T2 S2 c d w t Hd0 Hc0) as [E _]. rewrite E. clear E.
  assert (0 <= risk ((T2 + S2 - 2 * T2) / c) ((T2 + S2 - 2 * T2) / d) (1 - 1 / d) w t).
  { assert (Pc : 0 <= (T2 + S2 - 2 * T2) / c).
    { apply Rmult_le_pos; [lra|]. apply Rlt_le, Rinv_0_lt_compat. lra. }
    assert (Pd : 0 <= (T2 + S2 - 2 * T2) / d).
    { apply Rmult_le_pos; [lra|]. apply Rlt_le, Rinv_0_lt_compat. lra. }
    apply risk_stays_positive; lra. }
  lra.
Qed.

(** For every number of synthetic rows there is a positive weight with which every covariance collapses, whatever the
    number of real rows. *)
Theorem a_small_positive_weight_does_not_prevent_collapse : forall m : R, 2 <= m ->
  exists w, 0 < w /\ forall T2 S2 c, 0 < T2 -> T2 <= S2 -> 0 < c -> cv_infty (covariance_risk T2 S2 c (m - 1) w).
Proof.
  intros m Hm. exists (covariance_threshold m).
  assert (I : 0 < covariance_threshold m < 1) by (apply covariance_threshold_is_in_unit_interval; lra).
  split; [lra|]. intros. apply covariance_risk_diverges_up_to_threshold; lra.
Qed.
