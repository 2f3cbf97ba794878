// One page for each resource, the overview, and the picture of the whole project.

const chip = (one) => el('a', {href: linkTo(one), class: one.resource_type}, el('span', {class: 'dot'}), nameOf(one));
const section = (title, ...children) => [el('h2', {}, title), ...children];
const fact = (name, value) => (value === undefined || value === null || value === '' ? [] : [el('div', {}, el('dt', {}, name), el('dd', {}, value))]);
const tag = (text, about) => el('span', {class: 'tag', ...about}, text);
const chips = (ones) => el('ul', {class: 'plain'}, ones.map((one) => el('li', {}, chip(one))));

function resourcePage(project, one) {
  const kind = one.resource_type;
  return [heading(one), ...facts(project, one), ...described(one), ...argumentsPart(one), ...columnsPart(project, one),
    ...testsPart(project, one),
    ...(kind === 'macro' ? macroPart(project, one) : lineagePart(project, one)), ...unitPart(one), ...codePart(project, one),
    ...configPart(one)];
}

function heading(one) {
  return el('div', {}, el('h1', {}, nameOf(one)), el('p', {}, el('span', {class: `kind ${one.resource_type}`}, one.resource_type.replace('_', ' ')),
    ' ', (one.tags || []).map((each) => tag(each))));
}

function facts(project, one) {
  const config = one.config || {};
  const found = project.inDatabase(one);
  const group = project.group(one);
  const owner = one.owner || (group && group.owner);
  const who = owner && [owner.name, owner.email].flat().filter(Boolean).join(', ');
  const latest = one.latest_version != null && one.version !== one.latest_version ? ` (latest is ${one.latest_version})` : '';
  const freshness = one.freshness && ['warn_after', 'error_after'].filter((key) => one.freshness[key] && one.freshness[key].count != null)
    .map((key) => `${key.replace('_', ' ')} ${one.freshness[key].count} ${one.freshness[key].period}`).join(', ');
  return [el('dl', {class: 'facts'},
    fact('Relation', one.relation_name && el('code', {}, one.relation_name)),
    fact('In the database', found ? found.metadata.type : project.catalog && one.relation_name ? 'not there' : ''),
    fact('Materialized', ['model', 'snapshot', 'seed'].includes(one.resource_type) ? config.materialized : ''),
    fact('Version', one.resource_type === 'model' && one.version != null ? `${one.version}${latest}` : ''),
    fact('Deprecated from', one.deprecation_date), fact('Contract', config.contract && config.contract.enforced ? 'enforced' : ''),
    fact('Access', one.resource_type === 'model' ? one.access : ''), fact('Group', one.group), fact('Owner', who),
    fact('Type', ['exposure', 'metric'].includes(one.resource_type) ? one.type : ''), fact('Maturity', one.maturity),
    fact('Address', one.url && (safeAddress(one.url) ? el('a', {href: safeAddress(one.url), target: '_blank', rel: 'noopener noreferrer'}, one.url) : one.url)),
    fact('Loaded by', one.loader), fact('Loaded at', one.loaded_at_field), fact('Freshness', freshness),
    fact('Package', one.package_name), fact('File', el('code', {}, one.original_file_path || '')),
    Object.entries(one.meta || {}).map(([key, value]) => fact(key, typeof value === 'object' ? JSON.stringify(value) : String(value))))];
}

function described(one) {
  const own = one.description || '';
  const above = one.source_description ? [el('h3', {}, `Source ${one.source_name}`), prose(one.source_description)] : [];
  const latest = own.trim() ? prose(own) : el('p', {class: 'quiet'}, 'No description.');
  return section('Description', latest, ...above);
}

function columnsPart(project, one) {
  const rows = project.columns(one);
  if (!rows.length) return [];
  const isTyped = rows.some((column) => column.type);
  const row = (column) => el('tr', {}, el('td', {class: 'mono'}, column.name),
    isTyped ? el('td', {class: 'mono quiet'}, column.type || '') : '',
    el('td', {}, column.description ? prose(column.description) : '', column.tags.map((each) => tag(each))),
    el('td', {}, column.tests.map((test) => testChip(test)), column.constraints.map((each) => tag(`${each.type.replace('_', ' ')} (constraint)`))));
  return section(`Columns (${rows.length})`, el('div', {class: 'scroll'}, el('table', {},
    el('thead', {}, el('tr', {}, ['Column', isTyped && 'Type', 'Description', 'Tests'].filter(Boolean).map((title) => el('th', {}, title)))), el('tbody', {}, rows.map(row)))));
}

function testChip(test) {
  const warns = String((test.config || {}).severity || '').toLowerCase() === 'warn';
  return el('a', {href: linkTo(test), class: warns ? 'tag warn' : 'tag', title: warns ? `${test.name} (warns only)` : test.name}, testLabel(test));
}

function testsPart(project, one) {
  const own = project.ownTests(one);
  return own.length ? section(`Tests (${own.length})`, el('p', {}, own.map(testChip))) : [];
}

function lineagePart(project, one) {
  const id = one.unique_id;
  const [above, below] = [project.near(id, project.parents), project.near(id, project.children)];
  if (!above.length && !below.length) return section('Lineage', el('p', {class: 'quiet'}, 'It reads nothing, and nothing reads it.'));
  const place = el('div');
  const buttons = [[1, '1 step'], [2, '2 steps'], [3, '3 steps'], [Infinity, 'all']].map(([steps, label]) => {
    const button = el('button', {type: 'button', 'aria-pressed': steps === 2, onclick: () => show(steps, button)}, label);
    return button;
  });
  const show = (steps, pressed) => {
    buttons.forEach((button) => button.setAttribute('aria-pressed', String(button === pressed)));
    place.replaceChildren(picture(project, project.around(id, steps), id, {buttons}));
  };
  show(2, buttons[1]);
  const half = (title, ids) => (ids.length ? [el('h3', {}, `${title} (${ids.length})`), chips(ids.map((each) => project.get(each)))] : []);
  return section('Lineage', place, ...half('Reads', above), ...half('Read by', below));
}

// Of macros and functions.
function argumentsPart(one) {
  const row = (each) => el('tr', {}, el('td', {class: 'mono'}, each.name), el('td', {class: 'mono quiet'}, each.type || each.data_type || ''),
    el('td', {}, each.description ? prose(each.description) : ''));
  const told = (one.arguments || []).map(row);
  if (one.returns) told.push(row({...one.returns, name: 'returns'}));
  return told.length ? section('Arguments', el('div', {class: 'scroll'}, el('table', {}, el('tbody', {}, told)))) : [];
}

function macroPart(project, one) {
  const users = [...project.all.values()].filter((each) => project.macroParents(each).includes(one.unique_id) && each.resource_type !== 'test');
  const calls = project.macroParents(one).map((id) => project.get(id)).filter((each) => project.isShown(each));
  return [...(calls.length ? section('Calls', chips(calls)) : []), ...(users.length ? section(`Used by (${users.length})`, chips(users)) : [])];
}

function unitPart(one) {
  if (one.resource_type !== 'unit_test') return [];
  const rows = (given) => (given === undefined || given === null ? '' : el('pre', {}, el('code', {}, typeof given === 'string' ? given : JSON.stringify(given, null, 1))));
  return [...(one.given || []).flatMap((given) => section(`Given ${given.input}`, rows(given.rows))), ...section('Expected', rows((one.expect || {}).rows))];
}

function codePart(project, one) {
  const texts = [['Source', one.raw_code || one.macro_sql], ['Compiled', one.compiled_code]].filter(([, text]) => text);
  if (!texts.length) return [];
  const resolve = (names) => {
    const reads = ((one.depends_on || {}).nodes || []).map((id) => project.get(id)).filter(Boolean);
    const last = names[names.length - 1];
    const hit = reads.find((each) => each.name === last && (each.resource_type !== 'source' || each.source_name === names[0]));
    return hit && linkTo(hit);
  };
  const place = el('div');
  const copy = el('button', {type: 'button', onclick: () => copied(copy, place.textContent)}, 'Copy');
  const buttons = texts.map(([name, text]) => {
    const button = el('button', {type: 'button', onclick: () => show(button, text)}, name);
    return button;
  });
  const show = (pressed, text) => {
    buttons.forEach((button) => button.setAttribute('aria-pressed', String(button === pressed)));
    place.replaceChildren(code(text, resolve));
  };
  show(buttons[0], texts[0][1]);
  return section('Code', el('div', {class: 'bar'}, buttons, el('span', {class: 'rest'}), copy), place);
}

function copied(button, text) {
  const say = (word) => { button.textContent = word; setTimeout(() => { button.textContent = 'Copy'; }, 1500); };
  if (!navigator.clipboard) return say('Not allowed here');
  navigator.clipboard.writeText(text).then(() => say('Copied'), () => say('Not allowed here'));
}

// What was configured, without what is empty and what the page says elsewhere.
function configPart(one) {
  const told = ['meta', 'tags', 'enabled', 'docs', 'group', 'access'];
  const isEmpty = (value) => value === null || value === '' || (typeof value === 'object' && !Object.values(value).some((each) => each !== null));
  const rows = Object.entries(one.config || {}).filter(([key, value]) => !told.includes(key) && !isEmpty(value));
  if (!rows.length) return [];
  const shown = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return section('Configuration', el('details', {}, el('summary', {}, `${rows.length} keys`), el('div', {class: 'scroll'},
    el('table', {}, el('tbody', {}, rows.map(([key, value]) => el('tr', {}, el('td', {class: 'mono'}, key), el('td', {class: 'mono'}, shown(value)))))))));
}

function overviewPage(project) {
  const counts = KINDS.map((kind) => [kind, project.kind(kind)]).filter(([, ones]) => ones.length);
  const cards = counts.map(([kind, ones]) => el('a', {href: `#!/list/${kind}`, class: kind}, el('b', {}, ones.length), TITLES[kind]));
  const own = project.docs[`doc.${project.name}.__overview__`] || project.docs[`doc.${project.name}.__${project.name}__`];
  const models = project.kind('model');
  const share = models.length ? Math.round(100 * models.filter((one) => (one.description || '').trim()).length / models.length) : 0;
  const made = String(project.metadata.generated_at || '').replace('T', ' ').replace(/\..*|Z$/, '');
  const facts = [made && `Made ${made} UTC.`, models.length ? `${share} % of the models have a description.` : '',
    project.catalog ? '' : 'There is no catalog.json: types are those of the property files.'].filter(Boolean).join(' ');
  return [el('h1', {}, project.name), el('p', {class: 'quiet'}, facts), el('div', {class: 'counts'}, cards),
    own ? prose(own.block_contents, {class: 'prose page'}) : '', ...endsPart(project)];
}

// Where to begin: what the data is for, and the models that no other one reads.
function endsPart(project) {
  const exposures = project.kind('exposure');
  const isModel = (id) => project.get(id).resource_type === 'model';
  const ends = project.kind('model').filter((one) => !project.near(one.unique_id, project.children).some(isModel));
  const most = 30;
  const more = ends.length > most ? [el('p', {class: 'quiet'}, `and ${ends.length - most} more`)] : [];
  return [...(exposures.length ? section('What the data is for', brief(exposures)) : []),
    ...(ends.length ? section('Models at the end', brief(ends.slice(0, most)), ...more) : [])];
}

function brief(ones) {
  const row = (one) => el('tr', {}, el('td', {}, chip(one)), el('td', {}, inline((one.description || '').split('\n')[0])),
    el('td', {}, (one.tags || []).map((each) => tag(each))));
  return el('div', {class: 'scroll'}, el('table', {}, el('tbody', {}, ones.map(row))));
}

function listPage(project, kind) {
  const ones = project.kind(kind).sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  return [el('h1', {}, TITLES[kind]), brief(ones)];
}

function lineagePage(project) {
  const kinds = ['model', 'source', 'seed', 'snapshot', 'exposure', 'metric', 'semantic_model', 'saved_query', 'function'];
  const ids = new Set(project.shown.filter((one) => kinds.includes(one.resource_type)).map((one) => one.unique_id));
  const there = kinds.filter((kind) => project.kind(kind).length);
  const legend = el('p', {class: 'legend'}, there.map((kind) => el('span', {class: kind}, el('span', {class: 'dot'}), TITLES[kind])));
  return [el('h1', {}, 'Lineage'), legend, ids.size ? picture(project, ids, undefined, {about: {class: 'graph tall'}}) : el('p', {}, 'There is nothing in this project.')];
}
