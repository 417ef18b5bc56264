(** * The golden ratio

    With as many real as synthetic rows (k = 1) the optimal weight is 1/phi, where phi = (1 + sqrt 5) / 2 is the golden
    ratio, and so is the least relative risk.  Its first thirty digits are 0.618033988749894848204586834365.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz.
From Goldenweight Require Import Law Optimum GoldenWeight.
Open Scope R_scope.

Definition golden_ratio : R := (1 + sqrt 5) / 2.

Theorem golden_ratio_squared : golden_ratio ^ 2 = golden_ratio + 1.
Proof.
  unfold golden_ratio. assert (P : 0 <= 5) by lra. pose proof (pow2_sqrt 5 P). nra.
Qed.

Theorem golden_ratio_is_above_one : 1 < golden_ratio.
Proof.
  unfold golden_ratio. assert (1 < sqrt 5) by (rewrite <- sqrt_1 at 1; apply sqrt_lt_1; lra). lra.
Qed.

Theorem golden_weight_at_one_is_inverse_golden_ratio : golden_weight 1 = 1 / golden_ratio.
Proof.
  pose proof golden_ratio_squared as Q. pose proof golden_ratio_is_above_one as L.
  set (p := golden_ratio) in *. clearbody p.
  symmetry. apply golden_weight_is_the_only_root; [lra| |].
  - split; [apply Rdiv_lt_0_compat; lra|].
    apply (Rmult_lt_reg_r p); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
  - apply (Rmult_eq_reg_r (p ^ 2)); [|nra]. field_simplify; [|lra]. lra.
Qed.

Theorem least_relative_risk_at_one_is_inverse_golden_ratio :
  relative_risk 1 (1 / golden_ratio) = 1 / golden_ratio.
Proof.
  rewrite <- golden_weight_at_one_is_inverse_golden_ratio.
  apply least_relative_risk_is_golden_weight. lra.
Qed.

(** The recursion too is optimal there. *)
Theorem optimal_weight_at_equal_noise_is_inverse_golden_ratio : optimal_weight 1 1 = 1 / golden_ratio.
Proof.
  rewrite <- golden_weight_is_the_optimal_weight_at_rho_one by lra.
  exact golden_weight_at_one_is_inverse_golden_ratio.
Qed.

Theorem golden_weight_digits :
  0.618033988749894848204586834365 < golden_weight 1 < 0.618033988749894848204586834366.
Proof.
  split; [apply golden_weight_is_above | apply golden_weight_is_below]; lra.
Qed.

Theorem golden_ratio_digits :
  1.618033988749894848204586834365 < golden_ratio < 1.618033988749894848204586834366.
Proof.
  pose proof golden_weight_digits as D. pose proof golden_ratio_squared as Q.
  pose proof golden_ratio_is_above_one as L.
  rewrite golden_weight_at_one_is_inverse_golden_ratio in D.
  (* 1/phi = phi - 1 *)
  replace (1 / golden_ratio) with (golden_ratio - 1) in D; [lra|].
  apply (Rmult_eq_reg_r golden_ratio); [|lra]. field_simplify; [|lra]. lra.
Qed.
