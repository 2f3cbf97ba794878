// Starts the page: reads the files, then follows the address. Addresses are those of dbt's page, so that links to it work.

const at = (id) => document.getElementById(id);

async function read(name) {
  const inside = at(`data-${name}`);
  if (inside) return JSON.parse(inside.textContent);
  const answer = await fetch(`${name}.json`, {cache: 'no-cache'});
  if (!answer.ok) throw new Error(`${name}.json: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

function branch(title, count, fill, id) {
  const inner = el('div');
  const made = el('details', {'data-id': id, ontoggle: () => { if (made.open && !inner.firstChild) inner.append(...fill()); }},
    el('summary', {}, title, ' ', el('span', {class: 'quiet'}, count)), inner);
  return made;
}

// Folders of files, packages apart; a folder's content is made when it is opened.
function treeOf(project) {
  return KINDS.map((kind) => [kind, project.kind(kind)]).filter(([, ones]) => ones.length)
    .map(([kind, ones]) => branch(TITLES[kind], ones.length, () => folders(ones.map((one) => [pathOf(project, one), one]), kind), kind));
}

function pathOf(project, one) {
  const away = one.package_name === project.name ? [] : [one.package_name];
  if (one.resource_type === 'source') return [...away, one.source_name];
  const parts = String(one.original_file_path || '').split('/');
  return [...away, ...parts.slice(1, -1)];
}

function folders(ones, id) {
  const groups = new Map();
  const own = [];
  for (const [path, one] of ones) {
    if (!path.length) { own.push(one); continue; }
    if (!groups.has(path[0])) groups.set(path[0], []);
    groups.get(path[0]).push([path.slice(1), one]);
  }
  const made = [...groups].sort(([a], [b]) => a.localeCompare(b))
    .map(([name, inner]) => branch(name, inner.length, () => folders(inner, `${id}/${name}`), `${id}/${name}`));
  const label = (one) => (one.resource_type === 'source' ? one.name : nameOf(one));
  own.sort((a, b) => label(a).localeCompare(label(b)));
  return made.concat(own.map((one) => el('a', {href: linkTo(one), title: nameOf(one), 'data-id': one.unique_id}, label(one))));
}

// Opens the folders of a resource and marks its line.
function mark(project, one) {
  at('tree').querySelectorAll('[aria-current]').forEach((old) => old.removeAttribute('aria-current'));
  if (!one || !project.isShown(one)) return;
  let id = one.resource_type;
  for (const name of [undefined, ...pathOf(project, one)]) {
    if (name !== undefined) id += `/${name}`;
    const folder = [...at('tree').querySelectorAll('details')].find((each) => each.dataset.id === id);
    if (!folder) return;
    folder.open = true;
    folder.dispatchEvent(new Event('toggle'));
  }
  const line = [...at('tree').querySelectorAll('a')].find((each) => each.dataset.id === one.unique_id);
  if (line) { line.setAttribute('aria-current', 'page'); line.scrollIntoView({block: 'nearest'}); }
}

function follow(project) {
  const [kind, rest] = location.hash.replace(/^#!?\/?/, '').split('?')[0].split('/');
  let id = '';
  try { id = decodeURIComponent(rest || ''); } catch { /* an address that is none shows the overview */ }
  const one = project.get(id);
  const parts = one ? resourcePage(project, one) : kind === 'lineage' || kind === 'graph' ? lineagePage(project)
    : kind === 'list' && KINDS.includes(id) ? listPage(project, id)
      : id && kind !== 'overview' ? [el('h1', {}, 'Not there'), el('p', {}, `Nothing in this project has the id ${id}.`)] : overviewPage(project);
  document.title = `${one ? nameOf(one) : kind === 'lineage' ? 'Lineage' : 'Documentation'} · ${project.name}`;
  at('page').replaceChildren(...parts.flat().filter(Boolean));
  at('page').scrollTop = 0;
  at('tree').classList.remove('open');
  at('menu').setAttribute('aria-expanded', 'false');
  mark(project, one);
}

function searching(project) {
  const [field, box] = [at('search'), at('results')];
  let chosen = 0;
  const show = (open) => { box.hidden = !open; field.setAttribute('aria-expanded', String(open)); };
  const choose = (to) => {
    const items = [...box.children].filter((item) => item.firstChild.href);
    if (!items.length) return;
    chosen = (to + items.length) % items.length;
    items.forEach((item, index) => item.setAttribute('aria-selected', String(index === chosen)));
    items[chosen].scrollIntoView({block: 'nearest'});
  };
  const fill = () => {
    const found = find(project, field.value, 40);
    const row = ({one, where}) => el('li', {role: 'option'}, el('a', {href: linkTo(one), tabindex: -1, class: one.resource_type},
      el('span', {class: 'dot'}), nameOf(one), ' ', el('span', {class: 'quiet'}, one.resource_type.replace('_', ' ')), where ? el('small', {}, where) : ''));
    box.replaceChildren(...(found.length ? found.map(row) : [el('li', {}, el('span', {class: 'quiet'}, 'Nothing has these words.'))]));
    show(field.value.trim() !== '');
    choose(0);
  };
  field.addEventListener('input', fill);
  field.addEventListener('focus', () => { if (field.value.trim()) fill(); });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); choose(chosen + (event.key === 'ArrowDown' ? 1 : -1)); }
    if (event.key === 'Escape') { show(false); field.blur(); }
    const link = event.key === 'Enter' && !box.hidden && box.querySelector('[aria-selected="true"] a');
    if (link) { location.hash = link.getAttribute('href'); show(false); field.blur(); }
  });
  document.addEventListener('click', (event) => { if (!at('finder').contains(event.target) || event.target.closest('#results a')) show(false); });
  document.addEventListener('keydown', (event) => {
    const typing = /^(input|textarea|select)$/i.test(document.activeElement.tagName);
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); field.focus(); field.select(); }
  });
}

function start(project) {
  at('home').textContent = project.name;
  at('tree').replaceChildren(...treeOf(project));
  at('menu').addEventListener('click', () => at('menu').setAttribute('aria-expanded', String(at('tree').classList.toggle('open'))));
  searching(project);
  window.addEventListener('hashchange', () => { follow(project); at('page').focus({preventScroll: true}); });
  follow(project);
}

Promise.all([read('manifest'), read('catalog').catch(() => undefined)]).then(([manifest, catalog]) => start(new Project(manifest, catalog)))
  .catch((error) => at('page').replaceChildren(el('h1', {}, 'There is no documentation yet'),
    el('p', {}, 'The project cannot be read: ', String(error.message || error)), el('p', {}, 'Run ', el('code', {}, 'forge docs generate'), ' and load this page again.')));
