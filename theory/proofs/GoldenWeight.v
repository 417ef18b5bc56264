(** * The golden weight

    Where the noise of real and of synthetic rows is alike (A_r = A_s) and rho = 1, only the mixing ratio k = n/m
    matters, and risks are counted in units of the risk A of the fresh real rows alone:

      w* = (sqrt (k^2 + 4 k) - k) / 2,      R(k, w) = (w^2 + k (1 - w)^2) / (w (2 - w)).

    Proved here for all k > 0:
    - w* is the only root of w^2 + k w - k in (0, 1);
    - R(k, w) is the limit risk of [Law] with A = 1, B = k, rho = 1, and w* is the optimal weight of [Optimum] there;
    - R(k, w) - w* = (1 + k + w* ) (w - w* )^2 / (w (2 - w)) for 0 < w < 2, so that w* is the only minimiser of R(k, w)
      and R(k, w* ) = w*;
    - w* = 2 / (1 + sqrt (1 + 4/k)) and 1 - w* = 2 / (2 + k + sqrt (k^2 + 4 k)), the forms without cancellation.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz.
From Goldenweight Require Import Law Optimum.
Open Scope R_scope.

(** ** Definitions *)

(** w*, as in the paper. *)
Definition golden_weight (k : R) : R := (sqrt (k ^ 2 + 4 * k) - k) / 2.

(** R(k, w): the limit risk over that of the fresh real rows alone. *)
Definition relative_risk (k w : R) : R := (w ^ 2 + k * (1 - w) ^ 2) / (w * (2 - w)).

(** ** The root *)

Theorem golden_weight_is_a_root : forall k : R,
  0 < k -> golden_weight k ^ 2 + k * golden_weight k - k = 0.
Proof.
  intros k Hk. unfold golden_weight.
  assert (P : 0 <= k ^ 2 + 4 * k) by nra.
  pose proof (pow2_sqrt _ P) as S2. set (s := sqrt _) in *. clearbody s. nra.
Qed.

Theorem golden_weight_is_in_unit_interval : forall k : R, 0 < k -> 0 < golden_weight k < 1.
Proof.
  intros k Hk. pose proof (golden_weight_is_a_root k Hk) as Q.
  unfold golden_weight in *.
  assert (P : k ^ 2 < k ^ 2 + 4 * k) by nra.
  assert (L : k < sqrt (k ^ 2 + 4 * k)).
  { rewrite <- (sqrt_pow2 k) at 1 by lra. apply sqrt_lt_1; nra. }
  set (s := sqrt _) in *. clearbody s. nra.
Qed.

Theorem golden_weight_is_the_only_root : forall k w : R,
  0 < k -> 0 < w < 1 -> (w ^ 2 + k * w - k = 0 <-> w = golden_weight k).
Proof.
  intros k w Hk Hw. pose proof (golden_weight_is_a_root k Hk) as Q.
  pose proof (golden_weight_is_in_unit_interval k Hk).
  split; [intro E|intros ->; exact Q].
  set (s := golden_weight k) in *. clearbody s.
  assert (F : (w - s) * (w + s + k) = 0) by nra.
  apply Rmult_integral in F. lra.
Qed.

(** The mixing ratio of which [w] is the golden weight. *)
Lemma golden_weight_of_root : forall w : R, 0 < w < 1 -> golden_weight (w ^ 2 / (1 - w)) = w.
Proof.
  intros w Hw. symmetry. apply golden_weight_is_the_only_root; [|exact Hw|field; lra].
  apply Rdiv_lt_0_compat; [nra|lra].
Qed.

(** To bound w*, look at the sign of its polynomial. *)
Lemma golden_weight_is_above : forall k a : R, 0 < k -> 0 <= a -> a ^ 2 + k * a - k < 0 -> a < golden_weight k.
Proof.
  intros k a Hk Ha S. pose proof (golden_weight_is_a_root k Hk).
  pose proof (golden_weight_is_in_unit_interval k Hk).
  set (s := golden_weight k) in *. clearbody s. nra.
Qed.

Lemma golden_weight_is_below : forall k b : R, 0 < k -> 0 <= b -> 0 < b ^ 2 + k * b - k -> golden_weight k < b.
Proof.
  intros k b Hk Hb S. pose proof (golden_weight_is_a_root k Hk).
  pose proof (golden_weight_is_in_unit_interval k Hk).
  set (s := golden_weight k) in *. clearbody s. nra.
Qed.

(** ** A special case of the general law *)

Theorem relative_risk_is_the_relative_limit_risk : forall A k w : R,
  0 < A -> 0 < w < 2 -> limit_risk A (k * A) 1 w / A = relative_risk k w.
Proof. intros A k w HA Hw. unfold limit_risk, relative_risk. field. nra. Qed.

Theorem relative_risk_is_the_limit_of_the_law : forall k w : R,
  0 < w < 2 -> Un_cv (risk 1 k 1 w) (relative_risk k w).
Proof.
  intros k w Hw. rewrite <- (relative_risk_is_the_relative_limit_risk 1 k w) by lra.
  replace (limit_risk 1 (k * 1) 1 w / 1) with (limit_risk 1 k 1 w) by (rewrite Rmult_1_r; field; nra).
  apply risk_converges. split; [|nra].
  rewrite Rmult_1_l. apply pow2_ge_0.
Qed.

Theorem golden_weight_is_the_optimal_weight_at_rho_one : forall k : R,
  0 < k -> golden_weight k = optimal_weight 1 k.
Proof.
  intros k Hk. symmetry. apply golden_weight_is_the_only_root; [exact Hk| |].
  - apply optimal_weight_is_in_unit_interval; lra.
  - pose proof (optimal_synthetic_weight_is_a_root 1 k Rle_0_1 Hk) as Q. cbv zeta in Q.
    unfold optimal_weight. set (u := optimal_synthetic_weight 1 k) in *. clearbody u.
    transitivity (1 * u ^ 2 - (1 + 1 + k) * u + 1); [ring|exact Q].
Qed.

(** ** The minimum *)

Theorem relative_risk_exceeds_optimum_by_a_square : forall k w : R,
  0 < k -> 0 < w < 2 ->
  relative_risk k w - golden_weight k =
  (1 + k + golden_weight k) * (w - golden_weight k) ^ 2 / (w * (2 - w)).
Proof.
  intros k w Hk Hw. pose proof (golden_weight_is_a_root k Hk) as Q.
  set (s := golden_weight k) in *. clearbody s. unfold relative_risk.
  apply (Rmult_eq_reg_r (w * (2 - w))); [|nra].
  field_simplify; [|lra|lra].
  (* The sides differ by a multiple of the polynomial at s. *)
  apply Rminus_diag_uniq. transitivity (- (s + 1 - 2 * w) * (s ^ 2 + k * s - k)); [ring|].
  rewrite Q. ring.
Qed.

Theorem golden_weight_is_unique_minimiser : forall k w : R,
  0 < k -> 0 < w < 2 -> w <> golden_weight k -> relative_risk k (golden_weight k) < relative_risk k w.
Proof.
  intros k w Hk Hw N. pose proof (golden_weight_is_in_unit_interval k Hk) as I.
  pose proof (relative_risk_exceeds_optimum_by_a_square k w Hk Hw) as E.
  assert (I2 : 0 < golden_weight k < 2) by lra.
  pose proof (relative_risk_exceeds_optimum_by_a_square k _ Hk I2) as E0.
  set (s := golden_weight k) in *. clearbody s.
  replace ((1 + k + s) * (s - s) ^ 2 / (s * (2 - s))) with 0 in E0 by (field; lra).
  assert (0 < (1 + k + s) * (w - s) ^ 2 / (w * (2 - w))).
  { assert (w - s <> 0) by lra. apply Rdiv_lt_0_compat; [|nra]. apply Rmult_lt_0_compat; nra. }
  lra.
Qed.

Theorem least_relative_risk_is_golden_weight : forall k : R,
  0 < k -> relative_risk k (golden_weight k) = golden_weight k.
Proof.
  intros k Hk. pose proof (golden_weight_is_in_unit_interval k Hk) as I.
  assert (I2 : 0 < golden_weight k < 2) by lra.
  pose proof (relative_risk_exceeds_optimum_by_a_square k _ Hk I2) as E.
  set (s := golden_weight k) in *. clearbody s.
  replace ((1 + k + s) * (s - s) ^ 2 / (s * (2 - s))) with 0 in E by (field; lra). lra.
Qed.

(** ** Forms without cancellation *)

Theorem golden_weight_without_cancellation : forall k : R,
  0 < k -> golden_weight k = 2 / (1 + sqrt (1 + 4 / k)).
Proof.
  intros k Hk. symmetry.
  assert (F : 0 < 4 / k) by (apply Rdiv_lt_0_compat; lra).
  assert (P : 0 <= 1 + 4 / k) by lra.
  pose proof (pow2_sqrt _ P) as S2.
  assert (S1 : 1 < sqrt (1 + 4 / k)) by (rewrite <- sqrt_1 at 1; apply sqrt_lt_1; lra).
  set (s := sqrt _) in *. clearbody s.
  assert (E : k * (s ^ 2 - 1) = 4) by (rewrite S2; field; lra).
  apply golden_weight_is_the_only_root; [exact Hk| |].
  - split; [apply Rdiv_lt_0_compat; lra|].
    apply (Rmult_lt_reg_r (1 + s)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
  - apply (Rmult_eq_reg_r ((1 + s) ^ 2)); [|nra]. field_simplify; [|lra]. nra.
Qed.

Theorem golden_complement_without_cancellation : forall k : R,
  0 < k -> 1 - golden_weight k = 2 / (2 + k + sqrt (k ^ 2 + 4 * k)).
Proof.
  intros k Hk. unfold golden_weight.
  assert (P : 0 <= k ^ 2 + 4 * k) by nra.
  pose proof (pow2_sqrt _ P) as S2. pose proof (sqrt_pos (k ^ 2 + 4 * k)).
  set (s := sqrt _) in *. clearbody s.
  apply (Rmult_eq_reg_r (2 + k + s)); [|lra]. field_simplify; [|lra]. nra.
Qed.
