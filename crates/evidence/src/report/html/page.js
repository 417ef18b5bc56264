'use strict';
// What the page can do beyond being read: rows that open and close, order, filter. Without this script every row is open.
(() => {
  const table = document.getElementById('claims');
  const groups = [...table.tBodies];
  const [text, verdict, kind] = ['text', 'verdict', 'kind'].map((name) => document.getElementById(`filter-${name}`));
  const all = document.getElementById('toggle-all');
  document.documentElement.classList.add('js');

  // An element's content in a button, so that a page without this script has no dead ones.
  const button = (element, className) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = className;
    made.append(...element.childNodes);
    return made;
  };

  const toggles = new Map();
  const isOpen = (group) => toggles.get(group).getAttribute('aria-expanded') === 'true';
  const open = (group, yes) => {
    toggles.get(group).setAttribute('aria-expanded', String(yes));
    group.rows[1].hidden = !yes;
    if (yes) watch(group.rows[1]);
    const shown = groups.filter((other) => !other.classList.contains('filtered'));
    all.textContent = shown.some((other) => !isOpen(other)) ? 'Open all' : 'Close all';
  };

  // What is wider than its box scrolls there, by keyboard too.
  const watch = (part) => {
    for (const box of part.querySelectorAll('.formula')) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
        box.setAttribute('role', 'group');
        box.setAttribute('aria-label', 'Formula, scrolls');
      } else {
        box.removeAttribute('tabindex');
        box.removeAttribute('role');
        box.removeAttribute('aria-label');
      }
    }
  };

  for (const group of groups) {
    const label = group.querySelector('.toggle');
    const toggle = button(label, 'toggle');
    toggle.setAttribute('aria-controls', label.dataset.controls);
    label.replaceWith(toggle);
    toggles.set(group, toggle);
    // The whole row opens, unless text is being selected or something else in it was meant.
    group.rows[0].addEventListener('click', (event) => {
      const elsewhere = event.target.closest('a, button') ?? toggle;
      if (elsewhere === toggle && getSelection().isCollapsed) open(group, !isOpen(group));
    });
  }
  for (const group of groups) toggles.get(group).setAttribute('aria-expanded', 'false');
  for (const group of groups) open(group, group.dataset.verdict === 'refuted');

  all.addEventListener('click', () => {
    const shown = groups.filter((group) => !group.classList.contains('filtered'));
    const yes = shown.some((group) => !isOpen(group));
    for (const group of shown) open(group, yes);
  });

  const words = new Map(groups.map((group) => [group, group.rows[0].textContent.toLowerCase()]));
  const filter = () => {
    const wanted = text.value.toLowerCase().split(/\s+/);
    for (const group of groups) {
      const shown = wanted.every((word) => words.get(group).includes(word))
        && (verdict.value === '' || group.dataset.verdict === verdict.value)
        && (kind.value === '' || group.dataset.kinds.split(' ').includes(kind.value));
      group.classList.toggle('filtered', !shown);
    }
    const shown = groups.filter((group) => !group.classList.contains('filtered')).length;
    document.getElementById('count').textContent = `${shown} of ${groups.length} claims`;
  };
  for (const control of [text, verdict, kind]) control.addEventListener('input', filter);
  document.querySelector('.filters').addEventListener('submit', (event) => event.preventDefault());

  // Cells without a key come last in either direction.
  const compare = (a, b, numeric, sign) => {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return sign * (numeric ? a - b : a.localeCompare(b));
  };
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => {
    const sort = button(header, 'sort');
    header.append(sort);
    sort.addEventListener('click', () => {
      const first = header.dataset.sort === 'number' ? 'descending' : 'ascending';
      const second = first === 'ascending' ? 'descending' : 'ascending';
      const order = header.getAttribute('aria-sort') === first ? second : first;
      for (const other of headers) other.removeAttribute('aria-sort');
      header.setAttribute('aria-sort', order);
      const key = (group) => group.rows[0].cells[column].dataset.key;
      const sign = order === 'ascending' ? 1 : -1;
      const sorted = [...groups].sort((a, b) => compare(key(a), key(b), header.dataset.sort === 'number', sign));
      table.append(...sorted);
    });
  });

  const follow = () => {
    const group = document.getElementById(location.hash.slice(1));
    if (!groups.includes(group)) return;
    if (group.classList.contains('filtered')) {
      for (const control of [text, verdict, kind]) control.value = '';
      filter();
    }
    open(group, true);
    group.scrollIntoView();
  };
  addEventListener('hashchange', follow);
  follow();
  watch(table);
  addEventListener('resize', () => watch(table));
})();
