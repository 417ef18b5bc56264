(** * Data that accumulate

    Generation [t] is fitted on the n real rows of generation 0 and on the m synthetic rows of each of the generations 1..t.
    Its newest rows have the share 1/(k + t), k = n/m, and the risk obeys

      e_t = e_(t-1) + (B + x e_(t-1)) / (k + t)^2,      e_0 = A,      x = rho - 1.

    Proved here: its sum at x = 0 and its product elsewhere, that it converges at x = 0 and stays below A + B / k, and the
    sum of fits to n rows that are drawn from those data.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia.
From Goldenweight Require Import Law.
Open Scope R_scope.

(** e_t *)
Fixpoint accumulated_risk (fresh synthetic excess k : R) (t : nat) : R :=
  match t with
  | O => fresh
  | S s =>
    accumulated_risk fresh synthetic excess k s
    + (synthetic + excess * accumulated_risk fresh synthetic excess k s) / (k + INR t) ^ 2
  end.

(** 1/(k+1)^2 + ... + 1/(k+t)^2 *)
Fixpoint squared_shares (k : R) (t : nat) : R :=
  match t with O => 0 | S s => squared_shares k s + 1 / (k + INR t) ^ 2 end.

(** (1 + x/(k+1)^2) ... (1 + x/(k+t)^2) *)
Fixpoint accumulated_factor (excess k : R) (t : nat) : R :=
  match t with O => 1 | S s => accumulated_factor excess k s * (1 + excess / (k + INR t) ^ 2) end.

Lemma pool_is_positive : forall k t, 0 < k -> 0 < k + INR t.
Proof. intros k t H. pose proof (pos_INR t). lra. Qed.

Theorem accumulated_mean : forall A B k t,
  0 < k -> accumulated_risk A B 0 k t = A + B * squared_shares k t.
Proof.
  intros A B k t H. induction t as [|t IH]; [simpl; ring|].
  cbn [accumulated_risk squared_shares]. rewrite IH. pose proof (pool_is_positive k (S t) H). field. lra.
Qed.

Theorem accumulated_product : forall A B x k t,
  0 < k -> x <> 0 -> accumulated_risk A B x k t + B / x = (A + B / x) * accumulated_factor x k t.
Proof.
  intros A B x k t H X. induction t as [|t IH]; [simpl; ring|].
  cbn [accumulated_risk accumulated_factor]. pose proof (pool_is_positive k (S t) H) as P.
  rewrite <- Rmult_assoc, <- IH. field. split; lra.
Qed.

(** 1/(k+i)^2 < 1/(k+i-1) - 1/(k+i) *)
Theorem squared_shares_are_bounded : forall k t,
  0 < k -> squared_shares k t <= 1 / k - 1 / (k + INR t).
Proof.
  intros k t H. induction t as [|t IH].
  - simpl. right. field. lra.
  - cbn [squared_shares]. rewrite S_INR. pose proof (pool_is_positive k t H) as P. set (p := k + INR t) in *.
    replace (k + (INR t + 1)) with (p + 1) by (unfold p; ring).
    assert (1 / (p + 1) ^ 2 <= 1 / p - 1 / (p + 1)); [|lra].
    replace (1 / p - 1 / (p + 1)) with (1 / (p * (p + 1))) by (field; lra).
    unfold Rdiv. apply Rmult_le_compat_l; [lra|]. apply Rinv_le_contravar; [nra|]. nra.
Qed.

(** For the mean A = tr/n and B/k = A: accumulating costs less than as much again. *)
Theorem accumulated_mean_is_below_twice_the_real_rows : forall A k t,
  0 < A -> 0 < k -> accumulated_risk A (k * A) 0 k t < 2 * A.
Proof.
  intros A k t HA H. rewrite accumulated_mean by exact H. pose proof (squared_shares_are_bounded k t H) as B.
  pose proof (pool_is_positive k t H) as P.
  assert (I : 0 < 1 / (k + INR t)) by (apply Rdiv_lt_0_compat; lra).
  assert (E : k * (1 / k) = 1) by (field; lra).
  assert (k * squared_shares k t < 1) by nra. nra.
Qed.

Theorem accumulated_mean_converges : forall A B k,
  0 <= B -> 0 < k -> exists l, Un_cv (accumulated_risk A B 0 k) l.
Proof.
  intros A B k HB H.
  destruct (growing_cv (accumulated_risk A B 0 k)) as [l L]; [| |now exists l].
  - intro t. cbn [accumulated_risk]. pose proof (pool_is_positive k (S t) H) as P.
    assert (0 <= (B + 0 * accumulated_risk A B 0 k t) / (k + INR (S t)) ^ 2); [|lra].
    unfold Rdiv. apply Rmult_le_pos; [lra|]. left. apply Rinv_0_lt_compat. nra.
  - exists (A + B * (1 / k)). intros e [t E]. subst e. rewrite accumulated_mean by exact H.
    pose proof (squared_shares_are_bounded k t H) as Q. pose proof (pool_is_positive k t H) as P.
    assert (0 < 1 / (k + INR t)) by (apply Rdiv_lt_0_compat; lra). nra.
Qed.

(** ** Fits to n rows drawn from them

    With many rows, in units of the real rows' own risk, the pool's mean has the risk p_t, and the mean of n rows of the pool that of c_t = t/(k+t) besides. *)
Definition drawn_share (k : R) (t : nat) : R := INR t / (k + INR t).

Fixpoint pool_risk (k : R) (t : nat) : R :=
  match t with O => 1 | S s => pool_risk k s + (drawn_share k s + k) / (k + INR t) ^ 2 end.

Theorem subsampled_sum : forall k t,
  0 < k -> pool_risk k t + drawn_share k t = 1 + (2 * k + 1) * squared_shares k t.
Proof.
  intros k t H. induction t as [|t IH].
  - unfold drawn_share. simpl. field. lra.
  - cbn [pool_risk squared_shares].
    replace (pool_risk k t) with (1 + (2 * k + 1) * squared_shares k t - drawn_share k t) by lra.
    unfold drawn_share. rewrite S_INR. pose proof (pool_is_positive k t H). field. split; lra.
Qed.

Theorem subsampled_risk_is_bounded : forall k t,
  0 < k -> pool_risk k t + drawn_share k t < 3 + 1 / k.
Proof.
  intros k t H. rewrite subsampled_sum by exact H. pose proof (squared_shares_are_bounded k t H) as B.
  pose proof (pool_is_positive k t H) as P.
  assert (I : 0 < 1 / (k + INR t)) by (apply Rdiv_lt_0_compat; lra).
  assert (E : (2 * k + 1) * (1 / k) = 2 + 1 / k) by (field; lra). nra.
Qed.

(** ** A Gaussian with divisors n and m: no threshold

    M = E s_t^2 and S = E s_t^4 at s = 1; a = 1/n, b = 1/m. *)
Fixpoint likelihood_moments (a b w : R) (t : nat) : R * R :=
  match t with
  | O => (1 - a, 1 - a ^ 2)
  | S s =>
    let (mean, square) := likelihood_moments a b w s in
    (w * (1 - a) + (1 - w) * (1 - b) * mean,
     w ^ 2 * (1 - a ^ 2) + 2 * w * (1 - w) * (1 - a) * (1 - b) * mean + (1 - w) ^ 2 * (1 - b ^ 2) * square)
  end.

Lemma likelihood_moments_are_at_most_one : forall a b w t,
  0 <= a <= 1 -> 0 <= b <= 1 -> 0 <= w <= 1 ->
  (0 <= fst (likelihood_moments a b w t) <= 1) /\ (0 <= snd (likelihood_moments a b w t) <= 1).
Proof.
  intros a b w t Ha Hb Hw. induction t as [|t IH]; [simpl; nra|].
  cbn [likelihood_moments]. destruct (likelihood_moments a b w t) as [M S]. cbn [fst snd] in *.
  destruct IH as [HM HS].
  assert (X : 0 <= (1 - b) * M <= 1) by nra. set (x := (1 - b) * M) in *.
  assert (Y : 0 <= (1 - b ^ 2) * S <= 1) by (assert (0 <= 1 - b ^ 2 <= 1) by nra; nra). set (y := (1 - b ^ 2) * S) in *.
  assert (Z : 0 <= (1 - a) * x <= 1) by nra. set (z := (1 - a) * x) in *.
  assert (V : 0 <= 1 - a ^ 2 <= 1) by nra. set (v := 1 - a ^ 2) in *.
  split.
  - replace ((1 - w) * (1 - b) * M) with ((1 - w) * x) by (unfold x; ring). clearbody x. nra.
  - replace (2 * w * (1 - w) * (1 - a) * (1 - b) * M) with (2 * (w * (1 - w)) * z) by (unfold z, x; ring).
    replace ((1 - w) ^ 2 * (1 - b ^ 2) * S) with ((1 - w) ^ 2 * y) by (unfold y; ring). clearbody x y z v.
    assert (P : 0 <= w * (1 - w)) by nra. assert (Q : 0 <= w ^ 2) by nra. assert (R : 0 <= (1 - w) ^ 2) by nra.
    assert (w ^ 2 + 2 * (w * (1 - w)) + (1 - w) ^ 2 = 1) by ring. nra.
Qed.

Theorem likelihood_variance_is_bounded_at_every_weight : forall a b w t,
  0 <= a <= 1 -> 0 <= b <= 1 -> 0 <= w <= 1 ->
  snd (likelihood_moments a b w t) - 2 * fst (likelihood_moments a b w t) + 1 <= 2.
Proof. intros a b w t Ha Hb Hw. pose proof (likelihood_moments_are_at_most_one a b w t Ha Hb Hw). lra. Qed.

(** The mean's risk without real rows, in units of the variance. *)
Fixpoint likelihood_mean_risk (a b w : R) (t : nat) : R :=
  match t with
  | O => a
  | S s => w ^ 2 * a + (1 - w) ^ 2 * (likelihood_mean_risk a b w s + b * fst (likelihood_moments a b w s))
  end.

Lemma likelihood_mean_collapses_geometrically : forall a b t,
  fst (likelihood_moments a b 0 t) = (1 - b) ^ t * (1 - a).
Proof.
  intros a b t. induction t as [|t IH]; [simpl; ring|].
  cbn [likelihood_moments]. destruct (likelihood_moments a b 0 t) as [M S]. cbn [fst] in *. rewrite IH. simpl. ring.
Qed.

Theorem likelihood_mean_saturates : forall a b t,
  likelihood_mean_risk a b 0 t = 1 - (1 - a) * (1 - b) ^ t.
Proof.
  intros a b t. induction t as [|t IH]; [simpl; ring|].
  cbn [likelihood_mean_risk]. rewrite IH, likelihood_mean_collapses_geometrically. simpl. ring.
Qed.

Theorem likelihood_mean_tends_to_the_variance : forall a b,
  0 < b <= 1 -> Un_cv (likelihood_mean_risk a b 0) 1.
Proof.
  intros a b H. apply convergence_by_distance with (g := fun t => (1 - b) ^ t * (- (1 - a))).
  - intro t. rewrite likelihood_mean_saturates. ring.
  - apply geometric_sequence_vanishes. rewrite Rabs_pos_eq; lra.
Qed.
