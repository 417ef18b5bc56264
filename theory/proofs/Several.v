(** * Several models that feed one another

    [K] exchangeable models, each fitted on n real rows of weight [w] and on m rows of every model, of weight u/K each.
    With c = k/K the relative limit risk of each is

      R(w) = (w^2 + c u^2) (1 + u^2 / (K (1 - u^2))),      1 - u^2 = w (2 - w).

    Proved here, for every K >= 1 and c > 0: it has one minimiser, the only root in (0, 1) of an equation of degree five;
    what another weight costs, as a square; K = 1 is the golden weight; the optimum falls with K; at a fixed number of
    synthetic rows it tends to pooling, c/(1 + c).  Besides: a ring of models is one model, and where the law of one model
    comes back for ridge regression and for density estimates.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia.
From Goldenweight Require Import Law Optimum GoldenWeight GoldenRatio.
Open Scope R_scope.

Definition exchangeable_risk (K c w : R) : R :=
  (w ^ 2 + c * (1 - w) ^ 2) * (1 + (1 - w) ^ 2 / (K * (1 - (1 - w) ^ 2))).

(** Twice this over K (w(2-w))^2 is the derivative of the risk. *)
Definition exchangeable_score (K c w : R) : R :=
  (K - 1) * (w * (2 - w)) ^ 2 * ((1 + c) * w - c) + (w ^ 2 + c * w - c).

(** What a distance from the optimum [v] costs, over its square. *)
Definition exchangeable_cost (K c v w : R) : R :=
  ((K - 1) * (1 + c) * (w * (2 - w)) + (1 + c) + (v ^ 2 + c * (1 - v) ^ 2) / (v * (2 - v))
   + 2 * (K - 1) * ((1 + c) * v - c) * (2 - w - v)) / (K * (w * (2 - w))).

Lemma exchangeable_risk_about : forall K c v w,
  0 < K -> 0 < v < 2 -> 0 < w < 2 ->
  exchangeable_risk K c w - exchangeable_risk K c v =
  exchangeable_cost K c v w * (w - v) ^ 2
  + 2 * (w - v) * exchangeable_score K c v / (K * (v * (2 - v)) * (w * (2 - w))).
Proof.
  intros K c v w HK Hv Hw. unfold exchangeable_risk, exchangeable_cost, exchangeable_score.
  replace (1 - (1 - w) ^ 2) with (w * (2 - w)) by ring. replace (1 - (1 - v) ^ 2) with (v * (2 - v)) by ring.
  field. repeat split; lra.
Qed.

Theorem exchangeable_risk_exceeds_optimum_by_a_square : forall K c v w,
  0 < K -> 0 < v < 2 -> 0 < w < 2 -> exchangeable_score K c v = 0 ->
  exchangeable_risk K c w = exchangeable_risk K c v + exchangeable_cost K c v w * (w - v) ^ 2.
Proof.
  intros K c v w HK Hv Hw S. pose proof (exchangeable_risk_about K c v w HK Hv Hw) as E. rewrite S in E.
  assert (Z : 2 * (w - v) * 0 / (K * (v * (2 - v)) * (w * (2 - w))) = 0) by (unfold Rdiv; ring). lra.
Qed.

(** The optimum is above pooling: more weight on a real row than on a synthetic one. *)
Theorem exchangeable_optimum_is_above_pooling : forall K c v,
  1 <= K -> 0 < c -> 0 < v < 1 -> 0 <= exchangeable_score K c v -> 0 < (1 + c) * v - c.
Proof.
  intros K c v HK Hc Hv S. unfold exchangeable_score in S. apply Rnot_le_lt. intro D.
  assert (N : v ^ 2 + c * v - c < 0) by nra.
  assert (P : 0 <= (K - 1) * (v * (2 - v)) ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]). nra.
Qed.

(** ... and at most the weight of one model with as many synthetic rows. *)
Theorem exchangeable_optimum_is_below_one_models : forall K c v,
  1 <= K -> 0 < c -> 0 < v < 1 -> exchangeable_score K c v = 0 -> v ^ 2 + c * v - c <= 0.
Proof.
  intros K c v HK Hc Hv S.
  assert (D : 0 < (1 + c) * v - c) by (apply (exchangeable_optimum_is_above_pooling K); lra).
  unfold exchangeable_score in S.
  assert (P : 0 <= (K - 1) * (v * (2 - v)) ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]). nra.
Qed.

(** Above pooling the score increases: in the weight, in the number of models, and as there are more synthetic rows. *)
Lemma exchangeable_score_increases : forall K L c d v w,
  1 <= K <= L -> 0 < d <= c -> 0 < v <= w -> w < 1 -> v < w \/ K < L ->
  0 < (1 + c) * v - c -> exchangeable_score K c v < exchangeable_score L d w.
Proof.
  intros K L c d v w HK Hd Hv Hw Strict D.
  unfold exchangeable_score.
  assert (S : 0 < v * (2 - v)) by nra. assert (T : v * (2 - v) <= w * (2 - w)) by nra.
  set (s := v * (2 - v)) in *. set (t := w * (2 - w)) in *.
  assert (Q : 0 < s ^ 2 <= t ^ 2) by nra.
  assert (E : (1 + c) * v - c <= (1 + d) * w - d) by nra.
  assert (N : v ^ 2 + c * v - c <= w ^ 2 + d * w - d) by nra.
  assert (M : v < w -> v ^ 2 + c * v - c < w ^ 2 + d * w - d) by (intro; nra).
  set (a := (1 + c) * v - c) in *. set (b := (1 + d) * w - d) in *.
  set (x := v ^ 2 + c * v - c) in *. set (y := w ^ 2 + d * w - d) in *.
  set (p := s ^ 2) in *. set (q := t ^ 2) in *. clearbody a b x y p q.
  assert (F : 0 < p * a) by (apply Rmult_lt_0_compat; lra). assert (G : p * a <= q * b) by (apply Rmult_le_compat; lra).
  replace ((K - 1) * p * a) with ((K - 1) * (p * a)) by ring. replace ((L - 1) * q * b) with ((L - 1) * (q * b)) by ring.
  destruct Strict as [V|V]; [specialize (M V)|]; nra.
Qed.

Theorem exchangeable_optimum_is_the_only_root : forall K c v w,
  1 <= K -> 0 < c -> 0 < v < 1 -> 0 < w < 1 ->
  exchangeable_score K c v = 0 -> exchangeable_score K c w = 0 -> v = w.
Proof.
  assert (Below : forall K c v w, 1 <= K -> 0 < c -> 0 < v < 1 -> 0 < w < 1 ->
    exchangeable_score K c v = 0 -> exchangeable_score K c w = 0 -> v < w -> False).
  { intros K c v w HK Hc Hv Hw V W L.
    pose proof (exchangeable_optimum_is_above_pooling K c v HK Hc Hv ltac:(lra)) as D.
    pose proof (exchangeable_score_increases K K c c v w ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra) (or_introl L) D). lra. }
  intros K c v w HK Hc Hv Hw V W. destruct (Rtotal_order v w) as [L|[E|G]]; [|exact E|].
  - exfalso. now apply (Below K c v w).
  - exfalso. now apply (Below K c w v).
Qed.

Theorem exchangeable_optimum_exists : forall K c,
  1 <= K -> 0 < c -> exists v, 0 < v < 1 /\ exchangeable_score K c v = 0.
Proof.
  intros K c HK Hc.
  assert (C : continuity (exchangeable_score K c)) by (unfold exchangeable_score; reg).
  set (p := c / (1 + c)).
  assert (P : 0 < p) by (apply Rdiv_lt_0_compat; lra).
  assert (E : (1 + c) * p = c) by (unfold p; field; lra).
  assert (O : p < 1) by nra.
  assert (L : exchangeable_score K c p < 0).
  { unfold exchangeable_score. replace ((1 + c) * p - c) with 0 by lra. nra. }
  assert (H : 0 < exchangeable_score K c 1) by (unfold exchangeable_score; nra).
  destruct (IVT (exchangeable_score K c) p 1 C O L H) as [v [[V W] Z]]. exists v. repeat split; [lra| |exact Z].
  destruct W as [W|W]; [exact W|]. subst v. lra.
Qed.

Theorem exchangeable_optimum_is_unique_minimiser : forall K c v w,
  1 <= K -> 0 < c -> 0 < v < 1 -> exchangeable_score K c v = 0 -> 0 < w <= 1 -> w <> v ->
  exchangeable_risk K c v < exchangeable_risk K c w.
Proof.
  intros K c v w HK Hc Hv S Hw N.
  rewrite (exchangeable_risk_exceeds_optimum_by_a_square K c v w) by lra.
  pose proof (exchangeable_optimum_is_above_pooling K c v HK Hc Hv ltac:(lra)) as D.
  assert (Q : 0 < (w - v) ^ 2) by (rewrite <- Rsqr_pow2; apply Rsqr_pos_lt; lra).
  assert (W : 0 < w * (2 - w)) by nra. assert (V : 0 < v * (2 - v)) by nra.
  assert (A : 0 < (v ^ 2 + c * (1 - v) ^ 2) / (v * (2 - v))) by (apply Rdiv_lt_0_compat; nra).
  assert (B : 0 <= (K - 1) * (1 + c) * (w * (2 - w))) by (apply Rmult_le_pos; nra).
  assert (E : 0 <= 2 * (K - 1) * ((1 + c) * v - c) * (2 - w - v)) by (repeat apply Rmult_le_pos; lra).
  assert (0 < exchangeable_cost K c v w); [|nra].
  unfold exchangeable_cost. apply Rdiv_lt_0_compat; [lra|]. apply Rmult_lt_0_compat; lra.
Qed.

(** Pooling costs less than 1 + 1/(2k) times the risk of any weight, k = K c, however many models there are. *)
Theorem pooling_many_models_costs_little : forall K c w,
  0 < K -> 0 < c -> 0 < w <= 1 ->
  exchangeable_risk K c (c / (1 + c)) < (1 + 1 / (2 * (K * c))) * exchangeable_risk K c w.
Proof.
  intros K c w HK Hc Hw.
  assert (Q : 0 < w * (2 - w)) by nra. assert (M : 0 < K * c) by now apply Rmult_lt_0_compat.
  assert (P : exchangeable_risk K c (c / (1 + c)) = c / (1 + c) * (1 + 1 / (K * c * (2 + c)))).
  { unfold exchangeable_risk. field. repeat split; nra. }
  assert (L : c / (1 + c) <= exchangeable_risk K c w).
  { unfold exchangeable_risk. replace (1 - (1 - w) ^ 2) with (w * (2 - w)) by ring.
    assert (A : c / (1 + c) <= w ^ 2 + c * (1 - w) ^ 2).
    { apply (Rmult_le_reg_r (1 + c)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra.
      pose proof (pow2_ge_0 ((1 + c) * w - c)). nra. }
    assert (B : 0 <= (1 - w) ^ 2 / (K * (w * (2 - w)))).
    { unfold Rdiv. apply Rmult_le_pos; [apply pow2_ge_0|]. apply Rlt_le, Rinv_0_lt_compat. now apply Rmult_lt_0_compat. }
    assert (0 < c / (1 + c)) by (apply Rdiv_lt_0_compat; lra). nra. }
  assert (S : 1 / (K * c * (2 + c)) < 1 / (2 * (K * c))).
  { unfold Rdiv. rewrite 2 Rmult_1_l. apply Rinv_lt_contravar; [|nra]. apply Rmult_lt_0_compat; nra. }
  assert (0 < c / (1 + c)) by (apply Rdiv_lt_0_compat; lra).
  assert (0 < 1 / (K * c * (2 + c))) by (apply Rdiv_lt_0_compat; nra).
  rewrite P. nra.
Qed.

(** One model: the golden weight. *)
Theorem exchangeable_optimum_of_one_model : forall k v,
  0 < k -> 0 < v < 1 -> (exchangeable_score 1 k v = 0 <-> v = golden_weight k).
Proof.
  intros k v Hk Hv. unfold exchangeable_score. split; intro E.
  - apply golden_weight_is_the_only_root; [exact Hk|exact Hv|lra].
  - subst v. pose proof (golden_weight_is_a_root k Hk). lra.
Qed.

(** More models, of as many rows each or as many in all: less weight on the real rows. *)
Theorem exchangeable_optimum_decreases : forall K L c d v w,
  1 <= K < L -> 0 < d <= c -> 0 < v < 1 -> 0 < w < 1 ->
  exchangeable_score K c v = 0 -> exchangeable_score L d w = 0 -> w < v.
Proof.
  intros K L c d v w HK Hd Hv Hw V W. apply Rnot_le_lt. intro G.
  pose proof (exchangeable_optimum_is_above_pooling K c v ltac:(lra) ltac:(lra) Hv ltac:(lra)) as D.
  pose proof (exchangeable_score_increases K L c d v w ltac:(lra) Hd ltac:(lra) ltac:(lra) ltac:(right; lra) D). lra.
Qed.

(** With c = k/K fixed, the distance to pooling falls like 1/K. *)
Theorem exchangeable_optimum_tends_to_pooling : forall K c v,
  1 < K -> 0 < c -> 0 < v < 1 -> exchangeable_score K c v = 0 ->
  0 < v - c / (1 + c) <= (1 + c) / (c * (K - 1)).
Proof.
  intros K c v HK Hc Hv S.
  pose proof (exchangeable_optimum_is_above_pooling K c v ltac:(lra) Hc Hv ltac:(lra)) as D.
  assert (E : v - c / (1 + c) = ((1 + c) * v - c) / (1 + c)) by (field; lra). rewrite E.
  split; [apply Rdiv_lt_0_compat; lra|].
  unfold exchangeable_score in S. set (d := (1 + c) * v - c) in *.
  assert (P : c < (1 + c) * v) by (unfold d in D; lra).
  assert (H : v ^ 2 <= (v * (2 - v)) ^ 2) by (apply pow_incr; nra).
  assert (I : (K - 1) * v ^ 2 * d <= c).
  { assert ((K - 1) * v ^ 2 * d <= (K - 1) * (v * (2 - v)) ^ 2 * d).
    { apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_l; lra. }
    nra. }
  assert (J : c ^ 2 <= ((1 + c) * v) ^ 2) by (apply pow_incr; lra).
  assert (L : (K - 1) * d * c <= (1 + c) ^ 2).
  { apply (Rmult_le_reg_r c); [exact Hc|].
    assert ((K - 1) * d * c ^ 2 <= (K - 1) * d * ((1 + c) * v) ^ 2) by (apply Rmult_le_compat_l; [nra|exact J]).
    replace ((K - 1) * d * ((1 + c) * v) ^ 2) with ((1 + c) ^ 2 * ((K - 1) * v ^ 2 * d)) in * by ring.
    assert ((1 + c) ^ 2 * ((K - 1) * v ^ 2 * d) <= (1 + c) ^ 2 * c) by (apply Rmult_le_compat_l; [nra|exact I]). nra. }
  apply (Rmult_le_reg_r (c * (K - 1) * (1 + c))); [repeat apply Rmult_lt_0_compat; lra|].
  replace (d / (1 + c) * (c * (K - 1) * (1 + c))) with ((K - 1) * d * c) by (field; lra).
  replace ((1 + c) / (c * (K - 1)) * (c * (K - 1) * (1 + c))) with ((1 + c) ^ 2) by (field; lra). exact L.
Qed.

(** ** A ring

    Every model is fitted on rows of one other, whichever: each has the risk of a model that is fitted on its own. *)
Fixpoint chained_risk (fresh synthetic rho w : R) (teacher : nat -> nat) (t : nat) (i : nat) : R :=
  match t with
  | O => fresh
  | S s => w ^ 2 * fresh + (1 - w) ^ 2 * (synthetic + rho * chained_risk fresh synthetic rho w teacher s (teacher i))
  end.

Theorem ring_is_one_model : forall A B rho w teacher t i,
  chained_risk A B rho w teacher t i = risk A B rho w t.
Proof.
  intros A B rho w teacher t. induction t as [|t IH]; intro i; [reflexivity|].
  cbn [chained_risk]. rewrite IH. reflexivity.
Qed.

(** ** Ridge regression and density estimates *)

(** Variance of a direction of eigenvalue [s] in ridge regression with penalty [l], k = 1, without noise and rows. *)
Definition ridge_variance (s l w : R) : R :=
  s * (w ^ 2 + (1 - w) ^ 2) / ((w * s + l) * ((2 - w) * s + l)).

(** Minimum norm. *)
Theorem unpenalised_variance : forall s w,
  0 < s -> 0 < w < 2 -> ridge_variance s 0 w = relative_risk 1 w / s.
Proof. intros s w Hs Hw. unfold ridge_variance, relative_risk. field. repeat split; nra. Qed.

Theorem minimum_norm_is_golden : forall s w,
  0 < s -> 0 < w <= 1 -> w <> 1 / golden_ratio -> ridge_variance s 0 (1 / golden_ratio) < ridge_variance s 0 w.
Proof.
  intros s w Hs Hw N. pose proof (golden_weight_is_in_unit_interval 1 ltac:(lra)) as G.
  rewrite <- golden_weight_at_one_is_inverse_golden_ratio in *.
  rewrite 2 unpenalised_variance by lra. unfold Rdiv. apply Rmult_lt_compat_r; [now apply Rinv_0_lt_compat|].
  apply golden_weight_is_unique_minimiser; lra.
Qed.

(** Its limit, for every penalty: with a = s/(s + l), [v_0] the variance of one fit. *)
Fixpoint ridge_variance_at (s l w : R) (t : nat) : R :=
  match t with
  | O => s / (s + l) ^ 2
  | S r => (w ^ 2 + (1 - w) ^ 2) * (s / (s + l) ^ 2) + ((1 - w) * (s / (s + l))) ^ 2 * ridge_variance_at s l w r
  end.

Fixpoint ridge_deficit (s l w : R) (t : nat) : R :=
  match t with
  | O => l / (s + l)
  | S r => l / (s + l) + (1 - w) * (s / (s + l)) * ridge_deficit s l w r
  end.

Lemma ridge_share_is_in_unit_interval : forall s l w,
  0 < s -> 0 <= l -> 0 < w <= 1 -> 0 <= (1 - w) * (s / (s + l)) < 1.
Proof.
  intros s l w Hs Hl Hw. assert (A : 0 < s / (s + l) <= 1).
  { split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_le_reg_r (s + l)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  nra.
Qed.

(** The bias of the penalty l/w. *)
Theorem ridge_deficit_tends_to_that_of_a_larger_penalty : forall s l w,
  0 < s -> 0 <= l -> 0 < w <= 1 -> Un_cv (ridge_deficit s l w) (l / w / (s + l / w)).
Proof.
  intros s l w Hs Hl Hw. set (q := (1 - w) * (s / (s + l))). set (d := l / w / (s + l / w)).
  assert (P : 0 < s * w + l) by nra.
  apply convergence_by_distance with (g := fun t => q ^ t * (l / (s + l) - d)).
  - intro t. induction t as [|t IH]; [simpl; ring|]. cbn [ridge_deficit]. rewrite IH, (pow_successor _ t).
    assert (F : l / (s + l) + q * d = d).
    { unfold q, d. field. repeat split; lra. }
    fold q. set (r := q ^ t). clearbody r. transitivity (l / (s + l) + q * d + q * r * (l / (s + l) - d)); [ring|].
    rewrite F. ring.
  - apply geometric_sequence_vanishes. pose proof (ridge_share_is_in_unit_interval s l w Hs Hl Hw) as H. fold q in H.
    rewrite Rabs_pos_eq; lra.
Qed.

Theorem ridge_variance_converges : forall s l w,
  0 < s -> 0 <= l -> 0 < w <= 1 -> Un_cv (ridge_variance_at s l w) (ridge_variance s l w).
Proof.
  intros s l w Hs Hl Hw. set (q := ((1 - w) * (s / (s + l))) ^ 2). set (v := ridge_variance s l w).
  assert (P : 0 < w * s + l) by nra. assert (Q : 0 < (2 - w) * s + l) by nra.
  apply convergence_by_distance with (g := fun t => q ^ t * (s / (s + l) ^ 2 - v)).
  - intro t. induction t as [|t IH]; [simpl; ring|]. cbn [ridge_variance_at]. rewrite IH, (pow_successor _ t).
    assert (F : (w ^ 2 + (1 - w) ^ 2) * (s / (s + l) ^ 2) + q * v = v).
    { unfold q, v, ridge_variance. field. repeat split; lra. }
    fold q. set (r := q ^ t). clearbody r.
    transitivity ((w ^ 2 + (1 - w) ^ 2) * (s / (s + l) ^ 2) + q * v + q * r * (s / (s + l) ^ 2 - v)); [ring|].
    rewrite F. ring.
  - apply geometric_sequence_vanishes. pose proof (ridge_share_is_in_unit_interval s l w Hs Hl Hw) as H.
    unfold q. rewrite Rabs_pos_eq by apply pow2_ge_0. set (x := (1 - w) * (s / (s + l))) in *. clearbody x. nra.
Qed.

(** The bias wants more weight on the real rows. *)
Theorem ridge_deficit_falls_with_the_weight : forall s l v w,
  0 < s -> 0 < l -> 0 < v < w -> l / w / (s + l / w) < l / v / (s + l / v).
Proof.
  intros s l v w Hs Hl Hv.
  replace (l / w / (s + l / w)) with (l / (s * w + l)) by (field; repeat split; nra).
  replace (l / v / (s + l / v)) with (l / (s * v + l)) by (field; repeat split; nra).
  unfold Rdiv. apply Rmult_lt_compat_l; [exact Hl|]. apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; nra|nra].
Qed.

(** The variance alone is least between pooling, 1/2, and the golden weight. *)
Theorem ridge_variance_is_least_up_to_the_golden_weight : forall s l w,
  0 < s -> 0 <= l -> 1 / golden_ratio < w <= 1 -> ridge_variance s l (1 / golden_ratio) < ridge_variance s l w.
Proof.
  intros s l w Hs Hl Hw. pose proof (golden_weight_is_in_unit_interval 1 ltac:(lra)) as G.
  pose proof (golden_weight_is_a_root 1 ltac:(lra)) as E.
  rewrite <- golden_weight_at_one_is_inverse_golden_ratio in *. set (v := golden_weight 1) in *. clearbody v.
  unfold ridge_variance. set (x := (v * s + l) * ((2 - v) * s + l)). set (y := (w * s + l) * ((2 - w) * s + l)).
  assert (X : 0 < x) by (unfold x; apply Rmult_lt_0_compat; nra).
  assert (Y : 0 < y) by (unfold y; apply Rmult_lt_0_compat; nra).
  apply (Rmult_lt_reg_r (x * y)); [now apply Rmult_lt_0_compat|].
  replace (s * (v ^ 2 + (1 - v) ^ 2) / x * (x * y)) with (s * ((v ^ 2 + (1 - v) ^ 2) * y)) by (field; lra).
  replace (s * (w ^ 2 + (1 - w) ^ 2) / y * (x * y)) with (s * ((w ^ 2 + (1 - w) ^ 2) * x)) by (field; lra).
  apply Rmult_lt_compat_l; [exact Hs|].
  assert (A : (w ^ 2 + (1 - w) ^ 2) * x - (v ^ 2 + (1 - v) ^ 2) * y =
    s ^ 2 * ((w ^ 2 + (1 - w) ^ 2) * (v * (2 - v)) - (v ^ 2 + (1 - v) ^ 2) * (w * (2 - w)))
    + (2 * s * l + l ^ 2) * (2 * (w - v) * (w + v - 1))) by (unfold x, y; ring).
  assert (C : 0 < (w ^ 2 + (1 - w) ^ 2) * (v * (2 - v)) - (v ^ 2 + (1 - v) ^ 2) * (w * (2 - w))).
  { replace ((w ^ 2 + (1 - w) ^ 2) * (v * (2 - v)) - (v ^ 2 + (1 - v) ^ 2) * (w * (2 - w)))
      with ((w - v) * (2 * (w * v) + w + v - 2)) by ring. apply Rmult_lt_0_compat; nra. }
  assert (D : 0 <= (2 * s * l + l ^ 2) * (2 * (w - v) * (w + v - 1))) by (apply Rmult_le_pos; nra).
  assert (0 < s ^ 2) by nra. nra.
Qed.

Theorem ridge_variance_is_least_from_pooling_on : forall s l w,
  0 < s -> 0 <= l -> 0 < w < 1 / 2 -> ridge_variance s l (1 / 2) < ridge_variance s l w.
Proof.
  intros s l w Hs Hl Hw. unfold ridge_variance.
  set (x := (1 / 2 * s + l) * ((2 - 1 / 2) * s + l)). set (y := (w * s + l) * ((2 - w) * s + l)).
  assert (Y : 0 < y) by (unfold y; apply Rmult_lt_0_compat; nra).
  assert (L : y <= x).
  { assert (E : x - y = s ^ 2 * ((1 / 2 - w) * (3 / 2 - w))) by (unfold x, y; field).
    assert (0 <= s ^ 2 * ((1 / 2 - w) * (3 / 2 - w))) by (apply Rmult_le_pos; [apply pow2_ge_0|nra]). lra. }
  apply (Rmult_lt_reg_r (x * y)); [apply Rmult_lt_0_compat; lra|].
  replace (s * ((1 / 2) ^ 2 + (1 - 1 / 2) ^ 2) / x * (x * y)) with (s * (1 / 2 * y)) by (field; lra).
  replace (s * (w ^ 2 + (1 - w) ^ 2) / y * (x * y)) with (s * ((w ^ 2 + (1 - w) ^ 2) * x)) by (field; lra).
  apply Rmult_lt_compat_l; [exact Hs|].
  assert (1 / 2 < w ^ 2 + (1 - w) ^ 2) by nra. nra.
Qed.

(** E |phi_t|^2 at a frequency that the kernel leaves as it is; [p] is the truth's |phi|^2, a = 1/n, b = 1/m. *)
Fixpoint unsmoothed_power (p a b w : R) (t : nat) : R :=
  match t with
  | O => a + (1 - a) * p
  | S s =>
    w ^ 2 * (a + (1 - a) * p) + (1 - w) ^ 2 * (b + (1 - b) * unsmoothed_power p a b w s) + 2 * w * (1 - w) * p
  end.

Theorem unsmoothed_frequency_obeys_the_law : forall p a b w t,
  unsmoothed_power p a b w t - p = risk ((1 - p) * a) ((1 - p) * b) (1 - b) w t.
Proof.
  intros p a b w t. unfold risk. induction t as [|t IH]; [simpl; ring|].
  cbn [unsmoothed_power risk_from]. rewrite <- IH. ring.
Qed.
