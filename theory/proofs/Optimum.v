(** * The optimal weight, for every rho

    The limit risk e_inf(w) of [Law] is least at w* = 1 - u*, where

      u* = 2 / (D + sqrt (D^2 - 4 rho)),      D = 1 + rho + kappa,      kappa = B / A,

    is the smaller root of rho u^2 - D u + 1 = 0.  Proved here for all rho >= 0 and kappa > 0:
    - u* and w* lie in (0, 1), and rho u*^2 < 1: the risk converges there;
    - u* is a root, the smaller one, and the only one in (0, 1);
    - e_inf(w) - w* A = A (1 + kappa + rho w* ) (w - w* )^2 / (1 - rho u^2), so that w* is the only minimiser over all
      real w with rho u^2 < 1, and e_inf(w* ) = w* A;
    - the derivative of e_inf, which has the sign of w - w*;
    - w* increases in kappa and in rho.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz.
From Goldenweight Require Import Law.
Open Scope R_scope.

(** ** Definitions *)

(** u*. *)
Definition optimal_synthetic_weight (rho kappa : R) : R :=
  2 / ((1 + rho + kappa) + sqrt ((1 + rho + kappa) ^ 2 - 4 * rho)).

(** w*. *)
Definition optimal_weight (rho kappa : R) : R := 1 - optimal_synthetic_weight rho kappa.

(** ** The root *)

(** D^2 - 4 rho = (1 - rho)^2 + 2 kappa (1 + rho) + kappa^2, so the roots are real and differ. *)
Lemma discriminant_is_positive : forall rho kappa : R,
  0 <= rho -> 0 < kappa -> 0 < (1 + rho + kappa) ^ 2 - 4 * rho.
Proof.
  intros rho kappa Hr Hk.
  replace ((1 + rho + kappa) ^ 2 - 4 * rho) with ((1 - rho) ^ 2 + 2 * kappa * (1 + rho) + kappa ^ 2) by ring.
  assert (0 <= (1 - rho) ^ 2) by apply pow2_ge_0. assert (0 <= kappa ^ 2) by apply pow2_ge_0. nra.
Qed.

Theorem optimal_synthetic_weight_is_a_root : forall rho kappa : R,
  0 <= rho -> 0 < kappa ->
  let u := optimal_synthetic_weight rho kappa in
  rho * u ^ 2 - (1 + rho + kappa) * u + 1 = 0.
Proof.
  intros rho kappa Hr Hk u. unfold u, optimal_synthetic_weight. clear u.
  pose proof (discriminant_is_positive rho kappa Hr Hk) as P.
  pose proof (sqrt_lt_R0 _ P) as S0. pose proof (pow2_sqrt _ (Rlt_le _ _ P)) as S2.
  set (s := sqrt _) in *. clearbody s.
  assert (D : 0 < 1 + rho + kappa + s) by lra.
  apply (Rmult_eq_reg_r ((1 + rho + kappa + s) ^ 2)); [|nra].
  field_simplify; [|lra]. nra.
Qed.

Lemma optimal_synthetic_weight_is_positive : forall rho kappa : R,
  0 <= rho -> 0 < kappa -> 0 < optimal_synthetic_weight rho kappa.
Proof.
  intros rho kappa Hr Hk. unfold optimal_synthetic_weight.
  pose proof (sqrt_lt_R0 _ (discriminant_is_positive rho kappa Hr Hk)).
  apply Rdiv_lt_0_compat; lra.
Qed.

(** D u* < 2, since the square root is positive: u* is left of the middle of the two roots. *)
Lemma optimal_synthetic_weight_is_left_of_the_middle : forall rho kappa : R,
  0 <= rho -> 0 < kappa -> (1 + rho + kappa) * optimal_synthetic_weight rho kappa < 2.
Proof.
  intros rho kappa Hr Hk. unfold optimal_synthetic_weight.
  pose proof (sqrt_lt_R0 _ (discriminant_is_positive rho kappa Hr Hk)) as S0.
  set (s := sqrt _) in *. clearbody s.
  apply (Rmult_lt_reg_r (1 + rho + kappa + s)); [lra|].
  unfold Rdiv. rewrite Rmult_assoc, Rmult_assoc, Rinv_l by lra. lra.
Qed.

(** The risk converges at the optimum: rho u*^2 = D u* - 1 < 1. *)
Theorem optimum_is_in_the_domain_of_convergence : forall rho kappa : R,
  0 <= rho -> 0 < kappa -> rho * (1 - optimal_weight rho kappa) ^ 2 < 1.
Proof.
  intros rho kappa Hr Hk. unfold optimal_weight.
  pose proof (optimal_synthetic_weight_is_a_root rho kappa Hr Hk) as Q. cbv zeta in Q.
  pose proof (optimal_synthetic_weight_is_left_of_the_middle rho kappa Hr Hk).
  set (u := optimal_synthetic_weight rho kappa) in *. clearbody u.
  replace (1 - (1 - u)) with u by ring. lra.
Qed.

Theorem optimal_synthetic_weight_is_in_unit_interval : forall rho kappa : R,
  0 <= rho -> 0 < kappa -> 0 < optimal_synthetic_weight rho kappa < 1.
Proof.
  intros rho kappa Hr Hk.
  pose proof (optimal_synthetic_weight_is_positive rho kappa Hr Hk).
  pose proof (optimal_synthetic_weight_is_a_root rho kappa Hr Hk) as Q. cbv zeta in Q.
  pose proof (optimal_synthetic_weight_is_left_of_the_middle rho kappa Hr Hk).
  set (u := optimal_synthetic_weight rho kappa) in *. clearbody u. split; [assumption|].
  (* The equation is (1 - u) (1 - rho u) = kappa u.  For u >= 1, D u < 2 gives rho u < 1, and the left side is <= 0. *)
  destruct (Rlt_le_dec u 1) as [L|G]; [exact L|exfalso].
  assert (rho * u < 1) by nra. nra.
Qed.

Theorem optimal_weight_is_in_unit_interval : forall rho kappa : R,
  0 <= rho -> 0 < kappa -> 0 < optimal_weight rho kappa < 1.
Proof.
  intros rho kappa Hr Hk. unfold optimal_weight.
  pose proof (optimal_synthetic_weight_is_in_unit_interval rho kappa Hr Hk). lra.
Qed.

Theorem optimal_synthetic_weight_is_the_smaller_root : forall rho kappa v : R,
  0 <= rho -> 0 < kappa -> rho * v ^ 2 - (1 + rho + kappa) * v + 1 = 0 ->
  optimal_synthetic_weight rho kappa <= v.
Proof.
  intros rho kappa v Hr Hk Hv.
  pose proof (optimal_synthetic_weight_is_a_root rho kappa Hr Hk) as Q. cbv zeta in Q.
  pose proof (optimal_synthetic_weight_is_left_of_the_middle rho kappa Hr Hk).
  pose proof (optimal_synthetic_weight_is_positive rho kappa Hr Hk).
  set (u := optimal_synthetic_weight rho kappa) in *. clearbody u.
  destruct (Rle_lt_dec u v) as [L|G]; [exact L|exfalso].
  (* Two roots v < u would have rho (u + v) = D, hence 2 rho u^2 > D u and, by the equation of u, D u > 2. *)
  assert (E : (u - v) * (rho * (u + v) - (1 + rho + kappa)) = 0) by nra.
  apply Rmult_integral in E. destruct E as [E|E]; [lra|].
  assert (rho * (u + v) <= rho * (u + u)) by nra. nra.
Qed.

Theorem optimal_synthetic_weight_is_the_only_root_below_one : forall rho kappa v : R,
  0 <= rho -> 0 < kappa -> v <= 1 -> rho * v ^ 2 - (1 + rho + kappa) * v + 1 = 0 ->
  v = optimal_synthetic_weight rho kappa.
Proof.
  intros rho kappa v Hr Hk H1 Hv.
  pose proof (optimal_synthetic_weight_is_a_root rho kappa Hr Hk) as Q. cbv zeta in Q.
  pose proof (optimal_synthetic_weight_is_the_smaller_root rho kappa v Hr Hk Hv).
  pose proof (optimal_synthetic_weight_is_in_unit_interval rho kappa Hr Hk).
  set (u := optimal_synthetic_weight rho kappa) in *. clearbody u.
  destruct (Req_dec u v) as [E|N]; [now symmetry|exfalso].
  (* rho (u + v) = D and rho u v = 1, so (1 - u)(1 - v) < 0, that is v > 1. *)
  assert (E : (v - u) * (rho * (u + v) - (1 + rho + kappa)) = 0) by nra.
  apply Rmult_integral in E. destruct E as [E|E]; [lra|].
  assert (P : u * (rho * v) = u * (1 / u)).
  { replace (u * (1 / u)) with 1 by (field; lra). nra. }
  assert (0 < rho) by (destruct Hr as [|Hr]; [assumption|subst rho; nra]).
  assert (rho * ((1 - u) * (1 - v)) = - kappa + (rho * u * v - 1)) by nra.
  assert (rho * u * v = 1) by nra.
  assert (0 <= (1 - u) * (1 - v)) by nra. nra.
Qed.

(** ** The minimum *)

Lemma kappa_of_noises : forall A B : R, 0 < A -> 0 < B -> 0 < B / A.
Proof. intros. now apply Rdiv_lt_0_compat. Qed.

(** The excess over the optimum is a square. *)
Theorem limit_risk_exceeds_optimum_by_a_square : forall A B rho w : R,
  0 < A -> 0 < B -> 0 <= rho -> rho * (1 - w) ^ 2 < 1 ->
  let s := optimal_weight rho (B / A) in
  limit_risk A B rho w - s * A =
  A * (1 + B / A + rho * s) * (w - s) ^ 2 / (1 - rho * (1 - w) ^ 2).
Proof.
  intros A B rho w HA HB Hr Hw s.
  pose proof (optimal_synthetic_weight_is_a_root rho (B / A) Hr (kappa_of_noises A B HA HB)) as Q.
  cbv zeta in Q. unfold s, optimal_weight, limit_risk. clear s.
  set (v := optimal_synthetic_weight rho (B / A)) in *. clearbody v.
  remember (B / A) as kappa eqn:E. assert (EB : B = kappa * A) by (rewrite E; field; lra).
  clear E. subst B.
  apply (Rmult_eq_reg_r (1 - rho * (1 - w) ^ 2)); [|lra].
  field_simplify; [|lra|lra].
  (* The sides differ by a multiple of the polynomial at v. *)
  apply Rminus_diag_uniq.
  transitivity (- A * (2 * (1 - w) - v) * (rho * v ^ 2 - (1 + rho + kappa) * v + 1)); [ring|].
  rewrite Q. ring.
Qed.

Theorem optimal_risk_is_optimal_weight : forall A B rho : R,
  0 < A -> 0 < B -> 0 <= rho ->
  limit_risk A B rho (optimal_weight rho (B / A)) = optimal_weight rho (B / A) * A.
Proof.
  intros A B rho HA HB Hr.
  pose proof (kappa_of_noises A B HA HB) as Hk.
  pose proof (optimum_is_in_the_domain_of_convergence rho (B / A) Hr Hk) as C.
  pose proof (limit_risk_exceeds_optimum_by_a_square A B rho _ HA HB Hr C) as I. cbv zeta in I.
  apply Rminus_diag_uniq. rewrite I. field. split; lra.
Qed.

Theorem optimal_weight_is_unique_minimiser : forall A B rho w : R,
  0 < A -> 0 < B -> 0 <= rho -> rho * (1 - w) ^ 2 < 1 ->
  w <> optimal_weight rho (B / A) ->
  limit_risk A B rho (optimal_weight rho (B / A)) < limit_risk A B rho w.
Proof.
  intros A B rho w HA HB Hr Hw N.
  pose proof (kappa_of_noises A B HA HB) as Hk.
  rewrite optimal_risk_is_optimal_weight by assumption.
  pose proof (limit_risk_exceeds_optimum_by_a_square A B rho w HA HB Hr Hw) as I. cbv zeta in I.
  pose proof (optimal_weight_is_in_unit_interval rho (B / A) Hr Hk).
  set (s := optimal_weight rho (B / A)) in *. set (kappa := B / A) in *.
  apply Rminus_gt_0_lt. rewrite I.
  apply Rdiv_lt_0_compat; [|lra].
  assert (0 < (w - s) ^ 2) by (assert (w - s <> 0) by lra; nra).
  assert (0 < 1 + kappa + rho * s) by nra.
  apply Rmult_lt_0_compat; [|assumption]. now apply Rmult_lt_0_compat.
Qed.

(** ** The derivative *)

Theorem limit_risk_derivative : forall A B rho w : R,
  0 < A -> rho * (1 - w) ^ 2 <> 1 ->
  derivable_pt_lim (limit_risk A B rho) w
    (2 * A * (rho * (1 - w) ^ 2 - (1 + rho + B / A) * (1 - w) + 1) / (1 - rho * (1 - w) ^ 2) ^ 2).
Proof.
  intros A B rho w HA Hw.
  (* The derivative of p + q x + r x^2 is q + 2 r x. *)
  assert (quadratic : forall p q r x : R,
    derivable_pt_lim (fun y => p + q * y + r * (y * y)) x (q + 2 * r * x)).
  { intros p q r x.
    replace (q + 2 * r * x) with (0 + q * 1 + r * (1 * x + x * 1)) by ring.
    apply (derivable_pt_lim_plus (fun y => p + q * y) (fun y => r * (y * y))).
    - apply (derivable_pt_lim_plus (fun _ => p) (fun y => q * y)).
      + apply derivable_pt_lim_const.
      + apply (derivable_pt_lim_scal (fun y => y)). apply derivable_pt_lim_id.
    - apply (derivable_pt_lim_scal (fun y => y * y)).
      apply (derivable_pt_lim_mult (fun y => y) (fun y => y)); apply derivable_pt_lim_id. }
  set (f := fun y => B + (- 2 * B) * y + (A + B) * (y * y)).
  set (g := fun y => 1 - rho + 2 * rho * y + (- rho) * (y * y)).
  assert (Hg : g w <> 0) by (unfold g; nra).
  pose proof (derivable_pt_lim_div f g w _ _ (quadratic _ _ _ w) (quadratic _ _ _ w) Hg) as D.
  assert (E : forall y, (f / g)%F y = limit_risk A B rho y).
  { intro y. unfold div_fct, f, g, limit_risk. f_equal; ring. }
  intros eps He. destruct (D eps He) as [delta Hd]. exists delta. intros h Hh0 Hh.
  specialize (Hd h Hh0 Hh). rewrite !E in Hd. clear E D.
  match type of Hd with Rabs (_ - ?l) < _ =>
    replace l with
      (2 * A * (rho * (1 - w) ^ 2 - (1 + rho + B / A) * (1 - w) + 1) / (1 - rho * (1 - w) ^ 2) ^ 2) in Hd
  end; [exact Hd|].
  clear Hd. unfold Rsqr, f, g. unfold g in Hg. field. repeat split; lra || nra.
Qed.

Theorem limit_risk_derivative_has_the_sign_of_the_distance : forall rho kappa w : R,
  0 <= rho -> 0 < kappa -> rho * (1 - w) ^ 2 < 1 -> w <= 1 ->
  let slope := rho * (1 - w) ^ 2 - (1 + rho + kappa) * (1 - w) + 1 in
  (slope < 0 <-> w < optimal_weight rho kappa) /\ (0 < slope <-> optimal_weight rho kappa < w).
Proof.
  intros rho kappa w Hr Hk Hw H1 slope. unfold slope, optimal_weight. clear slope.
  pose proof (optimal_synthetic_weight_is_a_root rho kappa Hr Hk) as Q. cbv zeta in Q.
  pose proof (optimum_is_in_the_domain_of_convergence rho kappa Hr Hk) as C. unfold optimal_weight in C.
  pose proof (optimal_synthetic_weight_is_in_unit_interval rho kappa Hr Hk).
  set (v := optimal_synthetic_weight rho kappa) in *. clearbody v.
  replace (1 - (1 - v)) with v in C by ring.
  remember (1 - w) as u eqn:E. assert (0 <= u) by lra.
  (* slope = (u - v) (rho (u + v) - D), and the second factor is negative: D v = 1 + rho v^2 > rho v (u + v). *)
  assert (rho * (u * v) < 1).
  { assert (0 <= rho * (u - v) ^ 2) by (apply Rmult_le_pos; [assumption|apply pow2_ge_0]). nra. }
  assert (N : rho * (u + v) - (1 + rho + kappa) < 0).
  { apply (Rmult_lt_reg_r v); [lra|]. nra. }
  assert (F : rho * u ^ 2 - (1 + rho + kappa) * u + 1 = (u - v) * (rho * (u + v) - (1 + rho + kappa))) by nra.
  rewrite F. set (n := rho * (u + v) - (1 + rho + kappa)) in *. clearbody n.
  repeat split; intro; nra.
Qed.

(** ** Monotonicity *)

Theorem optimal_weight_increases : forall rho1 rho2 kappa1 kappa2 : R,
  0 <= rho1 -> 0 < kappa1 -> rho1 <= rho2 -> kappa1 <= kappa2 -> (rho1 < rho2 \/ kappa1 < kappa2) ->
  optimal_weight rho1 kappa1 < optimal_weight rho2 kappa2.
Proof.
  intros r1 r2 k1 k2 Hr Hk Hrr Hkk S. unfold optimal_weight.
  assert (Hr2 : 0 <= r2) by lra. assert (Hk2 : 0 < k2) by lra.
  pose proof (optimal_synthetic_weight_is_a_root r1 k1 Hr Hk) as Q1. cbv zeta in Q1.
  pose proof (optimal_synthetic_weight_is_in_unit_interval r1 k1 Hr Hk) as I1.
  pose proof (optimal_synthetic_weight_is_a_root r2 k2 Hr2 Hk2) as Q2. cbv zeta in Q2.
  pose proof (optimal_synthetic_weight_is_in_unit_interval r2 k2 Hr2 Hk2) as I2.
  set (u := optimal_synthetic_weight r1 k1) in *. set (v := optimal_synthetic_weight r2 k2) in *.
  clearbody u v.
  (* The polynomial is (1 - u)(1 - rho u) - kappa u, and decreases in rho, in kappa and, left of its root, in u. *)
  assert (P1 : (1 - u) * (1 - r1 * u) = k1 * u) by nra.
  assert (P2 : (1 - v) * (1 - r2 * v) = k2 * v) by nra.
  destruct (Rlt_le_dec v u) as [L|G]; [lra|exfalso].
  assert (A1 : k1 * u <= k2 * v) by nra.
  assert (0 < 1 - r2 * v) by nra.
  assert (r1 * u <= r2 * v) by nra.
  assert (A2 : (1 - v) * (1 - r2 * v) <= (1 - u) * (1 - r1 * u)) by nra.
  destruct S as [S|S].
  - assert (r1 * u < r2 * v) by nra.
    assert ((1 - v) * (1 - r2 * v) < (1 - v) * (1 - r1 * u)) by (apply Rmult_lt_compat_l; lra).
    assert ((1 - v) * (1 - r1 * u) <= (1 - u) * (1 - r1 * u)) by (apply Rmult_le_compat_r; lra). lra.
  - assert (k1 * u < k2 * u) by (apply Rmult_lt_compat_r; lra).
    assert (k2 * u <= k2 * v) by (apply Rmult_le_compat_l; lra). lra.
Qed.
