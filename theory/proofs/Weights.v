(** * What follows for the mixing ratio alone

    In units of the risk of the fresh real rows alone, for k = n/m > 0, with w* and R(k, w) of [GoldenWeight]:
    - naive pooling, w = k / (1 + k), weights all rows alike; its risk (1 + k) / (2 + k) is above the optimum's w*, and
      its weight is below w*;
    - mixing beats the real rows alone exactly where k / (k + 2) < w < 1;
    - w* increases in k; 1 - sqrt k / 2 < w* / sqrt k < 1 - sqrt k / 2 + k / 8, and 1 - 1/k < w* < 1 - 1/k + 2/k^2;
    - the optimal mix of n real and m synthetic rows is worth n / w* = n/2 + sqrt (n^2/4 + n m) real rows, phi n at n = m
      and between sqrt (n m) + n/2 and sqrt (n m) + n;
    - equal weights at k = 1 cost 7.8 to 7.9 %;
    - with the same real rows at every generation the limit risk is 1 + k u^2 / (w (2 - w)), least at w = 1 only.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia.
From Goldenweight Require Import Law Optimum GoldenWeight GoldenRatio.
Open Scope R_scope.

(** ** Naive pooling *)

Definition naive_weight (k : R) : R := k / (1 + k).

Theorem naive_weight_counts_all_rows_alike : forall n m w : R,
  0 < n -> 0 < m -> (w / n = (1 - w) / m <-> w = naive_weight (n / m)).
Proof.
  intros n m w Hn Hm. unfold naive_weight.
  assert (E : n / m / (1 + n / m) = n / (n + m)) by (field; lra). rewrite E.
  split; intro H.
  - apply (Rmult_eq_reg_r (n + m)); [|lra]. replace (n / (n + m) * (n + m)) with n by (field; lra).
    assert (w / n * (n * m) = (1 - w) / m * (n * m)) by now rewrite H.
    replace (w / n * (n * m)) with (w * m) in H0 by (field; lra).
    replace ((1 - w) / m * (n * m)) with ((1 - w) * n) in H0 by (field; lra). lra.
  - rewrite H. field. lra.
Qed.

Lemma naive_weight_is_in_unit_interval : forall k : R, 0 < k -> 0 < naive_weight k < 1.
Proof.
  intros k Hk. unfold naive_weight. split; [apply Rdiv_lt_0_compat; lra|].
  apply (Rmult_lt_reg_r (1 + k)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
Qed.

Theorem naive_relative_risk : forall k : R,
  0 < k -> relative_risk k (naive_weight k) = (1 + k) / (2 + k).
Proof. intros k Hk. unfold relative_risk, naive_weight. field. nra. Qed.

Theorem naive_weight_is_below_golden_weight : forall k : R, 0 < k -> naive_weight k < golden_weight k.
Proof.
  intros k Hk. pose proof (naive_weight_is_in_unit_interval k Hk).
  apply golden_weight_is_above; [lra|lra|].
  unfold naive_weight. apply (Rmult_lt_reg_r ((1 + k) ^ 2)); [nra|].
  field_simplify; [|lra]. lra.
Qed.

Theorem naive_pooling_is_above_the_optimum : forall k : R, 0 < k -> golden_weight k < (1 + k) / (2 + k).
Proof.
  intros k Hk. pose proof (naive_weight_is_below_golden_weight k Hk).
  pose proof (naive_weight_is_in_unit_interval k Hk).
  rewrite <- naive_relative_risk, <- (least_relative_risk_is_golden_weight k) by exact Hk.
  apply golden_weight_is_unique_minimiser; lra.
Qed.

(** ** Break-even *)

Definition break_even_weight (k : R) : R := k / (k + 2).

Theorem mixing_breaks_even_above_break_even_weight : forall k w : R,
  0 < k -> 0 < w < 1 -> (relative_risk k w < 1 <-> break_even_weight k < w).
Proof.
  intros k w Hk Hw. unfold relative_risk, break_even_weight.
  assert (G : 0 < w * (2 - w)) by nra. split; intro H.
  - apply (Rmult_lt_reg_r (k + 2)); [lra|]. replace (k / (k + 2) * (k + 2)) with k by (field; lra).
    apply (Rmult_lt_compat_r _ _ _ G) in H. unfold Rdiv in H. rewrite Rmult_assoc, Rinv_l in H by lra. nra.
  - apply (Rmult_lt_compat_r (k + 2)) in H; [|lra].
    replace (k / (k + 2) * (k + 2)) with k in H by (field; lra).
    apply (Rmult_lt_reg_r _ _ _ G). unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra.
Qed.

Theorem real_rows_alone_have_relative_risk_one : forall k : R, relative_risk k 1 = 1.
Proof. intro k. unfold relative_risk. field. Qed.

(** ** Monotonicity and limits *)

Theorem golden_weight_increases : forall k1 k2 : R, 0 < k1 -> k1 < k2 -> golden_weight k1 < golden_weight k2.
Proof.
  intros k1 k2 H1 H2. pose proof (golden_weight_is_a_root k1 H1).
  pose proof (golden_weight_is_in_unit_interval k1 H1).
  apply golden_weight_is_above; [lra|lra|]. nra.
Qed.

(** Every weight in (0, 1) is golden for one mixing ratio: w* increases from 0 to 1 and leaves nothing out. *)
Theorem golden_weight_takes_every_value : forall w : R,
  0 < w < 1 -> 0 < w ^ 2 / (1 - w) /\ golden_weight (w ^ 2 / (1 - w)) = w.
Proof.
  intros w Hw. split; [apply Rdiv_lt_0_compat; nra|now apply golden_weight_of_root].
Qed.

Theorem golden_weight_at_small_ratio : forall k : R,
  0 < k -> 1 - sqrt k / 2 < golden_weight k / sqrt k < 1 - sqrt k / 2 + k / 8.
Proof.
  intros k Hk. pose proof (golden_weight_is_a_root k Hk) as Q.
  pose proof (golden_weight_is_in_unit_interval k Hk) as I.
  pose proof (sqrt_lt_R0 k Hk) as Hs. pose proof (pow2_sqrt k (Rlt_le _ _ Hk)) as S2.
  set (s := sqrt k) in *. clearbody s. set (w := golden_weight k) in *. clearbody w. subst k.
  (* x = w*/s solves x^2 + s x = 1. *)
  assert (E : (w / s) ^ 2 + s * (w / s) = 1).
  { apply (Rmult_eq_reg_r (s ^ 2)); [|nra]. field_simplify; [|lra]. nra. }
  assert (X : 0 < w / s) by (apply Rdiv_lt_0_compat; lra).
  set (x := w / s) in *. clearbody x.
  (* (x + s/2)^2 = 1 + s^2/4 *)
  assert (Y : (x + s / 2) ^ 2 = 1 + s ^ 2 / 4) by nra. split; nra.
Qed.

Theorem golden_weight_is_like_the_square_root_at_small_ratio : forall eps : R, 0 < eps ->
  exists delta, 0 < delta /\ forall k, 0 < k < delta -> Rabs (golden_weight k / sqrt k - 1) < eps.
Proof.
  intros eps He. exists (Rmin 1 (eps ^ 2)).
  split; [apply Rmin_glb_lt; nra|]. intros k [Hk Hd].
  assert (H1 : k < 1) by (eapply Rlt_le_trans; [exact Hd|apply Rmin_l]).
  assert (H2 : k < eps ^ 2) by (eapply Rlt_le_trans; [exact Hd|apply Rmin_r]).
  pose proof (golden_weight_at_small_ratio k Hk) as B.
  pose proof (sqrt_lt_R0 k Hk) as Hs. pose proof (pow2_sqrt k (Rlt_le _ _ Hk)) as S2.
  set (s := sqrt k) in *. clearbody s.
  assert (s < eps) by nra. assert (s < 1) by nra. apply Rabs_def1; nra.
Qed.

(** Naive pooling stays at half the risk of the real rows alone. *)
Theorem naive_pooling_at_small_ratio : forall k : R, 0 < k -> 1 / 2 < (1 + k) / (2 + k) < 1 / 2 + k / 4.
Proof.
  intros k Hk. split; apply (Rmult_lt_reg_r (2 + k)); try lra;
    replace ((1 + k) / (2 + k) * (2 + k)) with (1 + k) by (field; lra); nra.
Qed.

Theorem golden_weight_at_large_ratio : forall k : R,
  0 < k -> 1 - 1 / k < golden_weight k < 1 - 1 / k + 2 / k ^ 2.
Proof.
  intros k Hk. pose proof (golden_weight_is_a_root k Hk) as Q.
  pose proof (golden_weight_is_in_unit_interval k Hk) as I.
  set (w := golden_weight k) in *. clearbody w.
  (* With h = 1/k: 1 - w = h w^2. *)
  assert (H : 0 < 1 / k) by (apply Rdiv_lt_0_compat; lra).
  replace (2 / k ^ 2) with (2 * (1 / k) ^ 2) by (field; lra).
  assert (E : 1 - w = 1 / k * w ^ 2).
  { apply (Rmult_eq_reg_r k); [|lra]. replace (1 / k * w ^ 2 * k) with (w ^ 2) by (field; lra). lra. }
  set (h := 1 / k) in *. clearbody h. clear Q.
  assert (W : w ^ 2 < 1) by nra. assert (h * w ^ 2 < h) by nra. split; [lra|].
  (* w > 1 - h, so w^2 > 1 - 2 h. *)
  assert (1 - h < w) by nra. assert (1 - 2 * h < w ^ 2) by nra. nra.
Qed.

(** ** Effective sample size *)

(** The number n' of real rows with A/n' = w* A/n. *)
Definition effective_sample_size (n m : R) : R := n / golden_weight (n / m).

Theorem optimal_mix_is_worth_effective_sample_size : forall A n m : R,
  0 < A -> 0 < n -> 0 < m ->
  A / effective_sample_size n m = limit_risk (A / n) (A / m) 1 (golden_weight (n / m)).
Proof.
  intros A n m HA Hn Hm. unfold effective_sample_size.
  assert (Hk : 0 < n / m) by now apply Rdiv_lt_0_compat.
  assert (E : n / m = A / m / (A / n)) by (field; lra).
  pose proof (golden_weight_is_in_unit_interval _ Hk) as I.
  rewrite golden_weight_is_the_optimal_weight_at_rho_one in * by exact Hk.
  rewrite E at 2. rewrite optimal_risk_is_optimal_weight; try apply Rdiv_lt_0_compat; try lra.
  rewrite <- E. field. lra.
Qed.

Theorem effective_sample_size_in_closed_form : forall n m : R,
  0 < n -> 0 < m -> effective_sample_size n m = n / 2 + sqrt (n ^ 2 / 4 + n * m).
Proof.
  intros n m Hn Hm. unfold effective_sample_size.
  assert (Hk : 0 < n / m) by now apply Rdiv_lt_0_compat.
  rewrite golden_weight_without_cancellation by exact Hk.
  replace (1 + 4 / (n / m)) with ((2 / n) ^ 2 * (n ^ 2 / 4 + n * m)) by (field; lra).
  assert (P : 0 < 2 / n) by (apply Rdiv_lt_0_compat; lra).
  rewrite sqrt_mult; [|nra|nra]. rewrite sqrt_pow2 by lra.
  pose proof (sqrt_pos (n ^ 2 / 4 + n * m)).
  set (r := sqrt (n ^ 2 / 4 + n * m)) in *. clearbody r. field.
  repeat split; try lra; nra.
Qed.

Theorem effective_sample_size_at_equal_rows : forall n : R,
  0 < n -> effective_sample_size n n = golden_ratio * n.
Proof.
  intros n Hn. unfold effective_sample_size. replace (n / n) with 1 by (field; lra).
  rewrite golden_weight_at_one_is_inverse_golden_ratio.
  pose proof golden_ratio_is_above_one. field. lra.
Qed.

(** About sqrt (n m) where m is much larger than n. *)
Theorem effective_sample_size_is_about_the_geometric_mean : forall n m : R,
  0 < n -> 0 < m ->
  sqrt (n * m) + n / 2 < effective_sample_size n m < sqrt (n * m) + n.
Proof.
  intros n m Hn Hm. rewrite effective_sample_size_in_closed_form by assumption.
  assert (P : 0 < n * m) by nra. assert (P2 : 0 <= n ^ 2 / 4 + n * m) by nra.
  pose proof (sqrt_lt_R0 _ P). pose proof (pow2_sqrt _ (Rlt_le _ _ P)).
  pose proof (sqrt_pos (n ^ 2 / 4 + n * m)). pose proof (pow2_sqrt _ P2).
  set (r := sqrt (n * m)) in *. set (s := sqrt (n ^ 2 / 4 + n * m)) in *. clearbody r s.
  split; nra.
Qed.

(** ** The optimum is flat *)

Theorem equal_weights_at_one : relative_risk 1 (1 / 2) = 2 / 3.
Proof. unfold relative_risk. field. Qed.

Theorem equal_weights_cost_less_than_eight_percent :
  0.0786 < relative_risk 1 (1 / 2) / golden_weight 1 - 1 < 0.0787.
Proof.
  rewrite equal_weights_at_one. pose proof golden_weight_digits as D.
  set (w := golden_weight 1) in *. clearbody w. split.
  - apply Rplus_lt_reg_r with 1. apply (Rmult_lt_reg_r w); [lra|].
    replace ((2 / 3 / w - 1 + 1) * w) with (2 / 3) by (field; lra). lra.
  - apply Rplus_lt_reg_r with 1. apply (Rmult_lt_reg_r w); [lra|].
    replace ((2 / 3 / w - 1 + 1) * w) with (2 / 3) by (field; lra). lra.
Qed.

(** ** The same real rows at every generation

    The error of generation t is x_t = w r + (1 - w) (x_(t-1) + noise), where r is the error of the fit on the real
    rows, now the same at every generation, E r^2 = 1, and the noise has mean 0, variance k and is independent of the
    past.  So the first of the two moments E x_t^2 and E x_t r does not obey [Law]; with x_0 = r they obey *)

Fixpoint fixed_rows_moments (k w : R) (t : nat) : R * R :=
  match t with
  | O => (1, 1)
  | S s =>
      let (square, product) := fixed_rows_moments k w s in
      (w ^ 2 + 2 * w * (1 - w) * product + (1 - w) ^ 2 * (square + k), w + (1 - w) * product)
  end.

Definition fixed_rows_limit (k w : R) : R := 1 + k * (1 - w) ^ 2 / (w * (2 - w)).

Theorem fixed_rows_recursion : forall (k w : R) (t : nat),
  fixed_rows_moments k w t = (1 + risk_from 0 0 k 1 w t, 1).
Proof.
  intros k w t. induction t as [|t IH].
  - simpl. f_equal. ring.
  - cbn [fixed_rows_moments risk_from]. rewrite IH. f_equal; ring.
Qed.

Theorem fixed_rows_risk_converges : forall k w : R,
  0 < w < 2 -> Un_cv (fun t => fst (fixed_rows_moments k w t)) (fixed_rows_limit k w).
Proof.
  intros k w Hw.
  assert (C : Rabs (1 * (1 - w) ^ 2) < 1) by (rewrite Rabs_pos_eq, Rmult_1_l; [|rewrite Rmult_1_l; apply pow2_ge_0]; nra).
  pose proof (risk_converges_from_every_start 0 0 k 1 w C) as H.
  intros eps He. destruct (H eps He) as [N HN]. exists N. intros t Ht. specialize (HN t Ht).
  unfold R_dist in *. rewrite fixed_rows_recursion. cbn [fst].
  replace (1 + risk_from 0 0 k 1 w t - fixed_rows_limit k w)
    with (risk_from 0 0 k 1 w t - limit_risk 0 k 1 w); [exact HN|].
  unfold limit_risk, fixed_rows_limit. field. nra.
Qed.

Theorem fixed_rows_never_gain_from_synthetic_rows : forall k w : R,
  0 < k -> 0 < w < 2 -> w <> 1 -> fixed_rows_limit k 1 < fixed_rows_limit k w.
Proof.
  intros k w Hk Hw N. unfold fixed_rows_limit.
  replace (k * (1 - 1) ^ 2 / (1 * (2 - 1))) with 0 by field.
  assert (0 < k * (1 - w) ^ 2 / (w * (2 - w))).
  { assert (1 - w <> 0) by lra. apply Rdiv_lt_0_compat; [|nra]. apply Rmult_lt_0_compat; nra. }
  lra.
Qed.
