// Looks up what is chosen, and shows it. No number is made here.
const LAWS = { e: 'exact at these n and m', s: 'second order in 1/n', l: 'limit law, n and m to infinity' };
const control = (name) => document.getElementById(`explorer-${name}`);
const [model, schedule, real, synthetic, weight] = ['model', 'schedule', 'real', 'synthetic', 'weight'].map(control);
const section = document.getElementById('explorer');
const mark = (name) => section.querySelector(`.explorer-${name}`);

const show = (name, point, command) => {
  mark(`${name}-row`).hidden = point === undefined;
  if (point === undefined) return;
  const [at, risk, law] = point;
  const where = at === undefined ? '' : `w = ${at}: `;
  control(name).textContent = `${where}risk ${risk} (${LAWS[law]})`;
  control(`${name}-command`).textContent = command(at);
};

// A circle at a place of the table; hidden where that is above the plot.
const put = (name, x, y) => {
  const there = Boolean(x && y);
  mark(name).toggleAttribute('hidden', !there);
  if (!there) return;
  mark(name).setAttribute('cx', x);
  mark(name).setAttribute('cy', y);
};

const update = () => {
  const known = TABLE[model.value];
  for (const option of schedule.options) option.disabled = !(option.value in known);
  if (!(schedule.value in known)) schedule.value = 'fresh';
  const [n, m] = [SIZES[real.value], SIZES[synthetic.value]];
  const [risks, laws, heights, best, pooling] = known[schedule.value][SIZES.length * real.value + Number(synthetic.value)].split('|').map((part) => part.split(part.includes(',') ? ',' : ' '));
  const law = (i) => laws[0][laws[0].length === 1 ? 0 : i];
  const takesWeight = risks.length > 1;
  const command = (at) => `goldenweight risk --model ${model.value} --real ${n} --synthetic ${m}`
    + (at === undefined ? '' : ` --weight ${at}`) + (schedule.value === 'fresh' ? '' : ` --schedule ${schedule.value}`);
  weight.disabled = !takesWeight;
  const here = takesWeight ? [WEIGHTS[weight.value], risks[weight.value], law(weight.value)] : [undefined, risks[0], law(0)];
  const last = WEIGHTS.length - 1;
  show('here', here, command);
  // The weight first: `weight` finds it, for fresh real rows.
  const found = schedule.value === 'fresh' ? `goldenweight weight --model ${model.value} --real ${n} --synthetic ${m} && ` : '';
  show('best', best.length > 1 ? best : undefined, (at) => found + command(at));
  show('pooling', pooling.length > 1 ? pooling : undefined, command);
  show('alone', takesWeight ? [WEIGHTS[last], risks[last], law(last)] : undefined, command);
  for (const [slider, value] of [[real, n], [synthetic, m], [weight, takesWeight ? WEIGHTS[weight.value] : 'none: all rows alike']]) {
    slider.setAttribute('aria-valuetext', value);
    control(`${slider.id.split('-')[1]}-value`).textContent = value;
  }
  mark('plot').toggleAttribute('hidden', !takesWeight);
  mark('plot').setAttribute('aria-label', `Limit risk of ${model.value}, ${schedule.value}, n = ${n}, m = ${m}, over the weight. ${control('here').textContent}`);
  const drawn = takesWeight ? heights.flatMap((y, i) => (y === '' ? [] : [`${ACROSS[i]},${y}`])) : [];
  mark('curve').setAttribute('points', drawn.join(' '));
  put('here', ACROSS[weight.value], takesWeight && heights[weight.value]);
  for (const [name, point] of [['best', best], ['pooling', pooling]]) put(name, ...(point[3] ?? '').split(' '));
};

for (const each of [model, schedule, real, synthetic, weight]) each.addEventListener('input', update);
section.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
update();
