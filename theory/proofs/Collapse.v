(** * Collapse: no real rows

    The law of [Law] at w = 0 for the models whose rho and noises are known exactly:
    - the Gaussian mean (A = tr Sigma, rho = 1): tr Sigma (1/n + t/m), which grows linearly;
    - cell probabilities and distribution functions (rho = 1 - 1/m): A (1 - (1 - 1/m)^t (1 - 1/n)), which tends to A,
      the risk of a point mass;
    - the Gaussian variance (A = 2 s^4, rho = 1 + 2/(m - 1)): s^4 ((1 + 2/(m - 1))^t (1 + 2/(n - 1)) - 1), which grows
      geometrically.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia.
From Goldenweight Require Import Law.
Open Scope R_scope.

(** ** The Gaussian mean *)

Definition collapsing_mean_risk (trace n m : R) (t : nat) : R := risk (trace / n) (trace / m) 1 0 t.

Theorem collapsing_mean : forall trace n m t,
  n <> 0 -> m <> 0 -> collapsing_mean_risk trace n m t = trace * (1 / n + INR t / m).
Proof.
  intros trace n m t Hn Hm. unfold collapsing_mean_risk, risk. rewrite risk_without_real_rows. field. now split.
Qed.

Theorem collapsing_mean_grows_without_bound : forall trace n m,
  0 < trace -> 0 < n -> 0 < m -> cv_infty (collapsing_mean_risk trace n m).
Proof.
  intros trace n m HT Hn Hm.
  assert (0 < trace / n) by now apply Rdiv_lt_0_compat. assert (0 < trace / m) by now apply Rdiv_lt_0_compat.
  unfold collapsing_mean_risk. apply risk_diverges; lra.
Qed.

(** ** Cell probabilities and distribution functions *)

Definition collapsing_frequency_risk (A n m : R) (t : nat) : R := risk (A / n) (A / m) (1 - 1 / m) 0 t.

Theorem collapsing_frequency : forall A n m t,
  n <> 0 -> m <> 0 ->
  collapsing_frequency_risk A n m t = A * (1 - (1 - 1 / m) ^ t * (1 - 1 / n)).
Proof.
  intros A n m t Hn Hm. unfold collapsing_frequency_risk, risk. induction t as [|t IH].
  - simpl. field. exact Hn.
  - cbn [risk_from]. rewrite IH, (pow_successor _ t). set (q := (1 - 1 / m) ^ t). clearbody q. field. now split.
Qed.

Theorem collapsing_frequency_tends_to_point_mass : forall A n m,
  n <> 0 -> 1 <= m -> Un_cv (collapsing_frequency_risk A n m) A.
Proof.
  intros A n m Hn Hm.
  assert (P : 0 < 1 / m) by (apply Rdiv_lt_0_compat; lra).
  assert (L : 1 / m <= 1).
  { apply (Rmult_le_reg_r m); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  apply convergence_by_distance with (g := fun t => (1 - 1 / m) ^ t * (- A * (1 - 1 / n))).
  - intro t. rewrite collapsing_frequency by lra. ring.
  - apply geometric_sequence_vanishes. rewrite Rabs_pos_eq; lra.
Qed.

(** For distribution functions A = 1/6. *)
Theorem collapsing_distribution_function : forall n m t,
  n <> 0 -> m <> 0 ->
  risk (1 / 6 / n) (1 / 6 / m) (1 - 1 / m) 0 t = (1 - (1 - 1 / m) ^ t * (1 - 1 / n)) / 6.
Proof.
  intros n m t Hn Hm. pose proof (collapsing_frequency (1 / 6) n m t Hn Hm) as E.
  unfold collapsing_frequency_risk in E. rewrite E. field. repeat split; assumption.
Qed.

Theorem collapsing_distribution_function_tends_to_one_sixth : forall n m,
  n <> 0 -> 1 <= m -> Un_cv (risk (1 / 6 / n) (1 / 6 / m) (1 - 1 / m) 0) (1 / 6).
Proof. intros n m Hn Hm. now apply (collapsing_frequency_tends_to_point_mass (1 / 6)). Qed.

(** ** The Gaussian variance *)

Definition collapsing_variance_risk (s2 n m : R) (t : nat) : R :=
  risk (2 * s2 ^ 2 / (n - 1)) (2 * s2 ^ 2 / (m - 1)) (1 + 2 / (m - 1)) 0 t.

Theorem collapsing_variance : forall s2 n m t,
  n <> 1 -> m <> 1 ->
  collapsing_variance_risk s2 n m t =
  s2 ^ 2 * ((1 + 2 / (m - 1)) ^ t * (1 + 2 / (n - 1)) - 1).
Proof.
  intros s2 n m t Hn Hm. unfold collapsing_variance_risk, risk.
  assert (n - 1 <> 0) by lra. assert (m - 1 <> 0) by lra. induction t as [|t IH].
  - simpl. field. assumption.
  - cbn [risk_from]. rewrite IH, (pow_successor _ t). set (q := (1 + 2 / (m - 1)) ^ t). clearbody q. field. now split.
Qed.

Theorem collapsing_variance_grows_geometrically : forall s2 n m t,
  0 < s2 -> 1 < n -> 1 < m ->
  (1 + 2 / (m - 1)) ^ t * (2 * s2 ^ 2 / (n - 1)) <= collapsing_variance_risk s2 n m t.
Proof.
  intros s2 n m t Hs Hn Hm. unfold collapsing_variance_risk, risk.
  assert (P : 0 < 2 / (m - 1)) by (apply Rdiv_lt_0_compat; lra).
  assert (0 < 2 * s2 ^ 2 / (n - 1)) by (apply Rdiv_lt_0_compat; nra).
  assert (0 < 2 * s2 ^ 2 / (m - 1)) by (apply Rdiv_lt_0_compat; nra).
  replace (1 + 2 / (m - 1)) with ((1 + 2 / (m - 1)) * (1 - 0) ^ 2) at 1 by ring.
  apply risk_grows_geometrically_above; nra.
Qed.

Theorem collapsing_variance_grows_without_bound : forall s2 n m,
  0 < s2 -> 1 < n -> 1 < m -> cv_infty (collapsing_variance_risk s2 n m).
Proof.
  intros s2 n m Hs Hn Hm. unfold collapsing_variance_risk.
  assert (P : 0 < 2 / (m - 1)) by (apply Rdiv_lt_0_compat; lra).
  assert (0 < 2 * s2 ^ 2 / (n - 1)) by (apply Rdiv_lt_0_compat; nra).
  assert (0 < 2 * s2 ^ 2 / (m - 1)) by (apply Rdiv_lt_0_compat; nra).
  apply risk_diverges; nra.
Qed.

(** Under any weight, the risk of the variance converges exactly where (m + 1)/(m - 1) u^2 < 1. *)
Theorem variance_risk_converges_exactly_below_the_boundary : forall s2 n m w,
  0 < s2 -> 1 < n -> 1 < m ->
  ((exists l, Un_cv (risk (2 * s2 ^ 2 / (n - 1)) (2 * s2 ^ 2 / (m - 1)) (1 + 2 / (m - 1)) w) l)
   <-> (1 + 2 / (m - 1)) * (1 - w) ^ 2 < 1).
Proof.
  intros s2 n m w Hs Hn Hm.
  assert (P : 0 < 2 / (m - 1)) by (apply Rdiv_lt_0_compat; lra).
  assert (0 < 2 * s2 ^ 2 / (n - 1)) by (apply Rdiv_lt_0_compat; nra).
  assert (0 < 2 * s2 ^ 2 / (m - 1)) by (apply Rdiv_lt_0_compat; nra).
  apply risk_converges_exactly_below_the_boundary; lra.
Qed.
