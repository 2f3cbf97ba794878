// The project as the page asks for it: every resource by id, what is below and above, tests by column, types.
// Nothing here makes HTML.

const KINDS = ['model', 'source', 'seed', 'snapshot', 'exposure', 'metric', 'semantic_model', 'saved_query',
  'function', 'analysis', 'macro', 'test', 'unit_test'];
const TITLES = {model: 'Models', source: 'Sources', seed: 'Seeds', snapshot: 'Snapshots', exposure: 'Exposures',
  metric: 'Metrics', semantic_model: 'Semantic models', saved_query: 'Saved queries', function: 'Functions',
  analysis: 'Analyses', macro: 'Macros', test: 'Singular tests', unit_test: 'Unit tests'};

class Project {
  constructor(manifest, catalog) {
    this.metadata = manifest.metadata || {};
    this.name = this.metadata.project_name || 'project';
    this.catalog = catalog;
    this.docs = manifest.docs || {};
    this.groups = Object.values(manifest.groups || {});
    this.all = new Map();
    for (const section of ['nodes', 'sources', 'exposures', 'metrics', 'semantic_models', 'saved_queries', 'functions',
      'unit_tests', 'macros']) {
      for (const [id, one] of Object.entries(manifest[section] || {})) this.all.set(id, one);
    }
    this.parents = new Map(Object.entries(manifest.parent_map || {}));
    this.children = new Map(Object.entries(manifest.child_map || {}));
    this.tests = new Map();
    for (const one of this.all.values()) if (isTest(one)) this.attach(one);
    this.shown = [...this.all.values()].filter((one) => this.isShown(one));
  }

  // Every test is at what it tests: its own model, or what a singular test reads.
  attach(test) {
    const at = test.attached_node ? [test.attached_node] : (test.depends_on && test.depends_on.nodes) || [];
    for (const id of at) {
      if (!this.tests.has(id)) this.tests.set(id, []);
      this.tests.get(id).push(test);
    }
  }

  // In lists and in the search: the project's own macros, tests that have a file, nothing with `docs: {show: false}`.
  isShown(one) {
    if (one.docs && one.docs.show === false) return false;
    if (one.resource_type === 'macro') return one.package_name === this.name;
    if (one.resource_type === 'test') return !one.test_metadata;
    return KINDS.includes(one.resource_type);
  }

  get(id) { return this.all.get(id); }

  kind(kind) { return this.shown.filter((one) => one.resource_type === kind); }

  // What a resource reads, or what reads it, without tests.
  near(id, map) {
    return [...new Set(map.get(id) || [])].filter((other) => this.all.has(other) && !isTest(this.get(other)));
  }

  // The resources within `steps` above and below; all for Infinity.
  around(id, steps) {
    const found = new Set([id]);
    for (const map of [this.parents, this.children]) {
      let edge = [id];
      for (let step = 0; step < steps && edge.length; step += 1) {
        edge = edge.flatMap((one) => this.near(one, map)).filter((one) => !found.has(one) && found.add(one));
      }
    }
    return found;
  }

  macroParents(one) { return ((one.depends_on && one.depends_on.macros) || []).filter((id) => this.all.has(id)); }

  inDatabase(one) {
    const part = one.resource_type === 'source' ? 'sources' : 'nodes';
    return this.catalog && this.catalog[part] ? this.catalog[part][one.unique_id] : undefined;
  }

  // Columns of the database in its order, with what the project says of them; then those that only the project knows.
  columns(one) {
    const told = new Map(Object.values(one.columns || {}).map((column) => [column.name.toLowerCase(), column]));
    const found = this.inDatabase(one);
    const real = found ? Object.values(found.columns || {}).sort((a, b) => a.index - b.index) : [];
    const tests = (name) => (this.tests.get(one.unique_id) || [])
      .filter((test) => (test.column_name || '').toLowerCase() === name);
    const row = (name, type, column) => ({name, type, description: (column && column.description) || '',
      constraints: (column && column.constraints) || [], tags: (column && column.tags) || [],
      tests: tests(name.toLowerCase())});
    const rows = real.map((column) => {
      const said = told.get(column.name.toLowerCase());
      told.delete(column.name.toLowerCase());
      const type = column.type && column.type !== 'UNKNOWN' ? column.type : said && said.data_type;
      return row(column.name, type, said);
    });
    return rows.concat([...told.values()].map((column) => row(column.name, column.data_type, column)));
  }

  // Tests of the whole resource.
  ownTests(one) { return (this.tests.get(one.unique_id) || []).filter((test) => !test.column_name); }

  group(one) {
    return one.group ? this.groups.find((group) => group.name === one.group) || {name: one.group} : undefined;
  }
}

const isTest = (one) => one.resource_type === 'test' || one.resource_type === 'unit_test';

function nameOf(one) {
  if (one.resource_type === 'source') return `${one.source_name}.${one.name}`;
  return one.version != null && one.resource_type === 'model' ? `${one.name} v${one.version}` : one.name;
}

const linkTo = (one) => `#!/${one.resource_type}/${encodeURIComponent(one.unique_id)}`;

// The rule of a generic test with what was asked for: `accepted_values: open, closed`.
function testLabel(test) {
  const told = test.test_metadata;
  if (!told) return test.name;
  const name = told.namespace ? `${told.namespace}.${told.name}` : told.name;
  const inner = {column_name: 1, model: 1};
  const asked = Object.entries(told.kwargs || {}).filter(([key]) => !inner[key]);
  const shown = asked.map(([key, value]) => (Array.isArray(value) ? value.join(', ')
    : typeof value === 'object' ? `${key} ${JSON.stringify(value)}` : key === 'to' ? value : `${key} ${value}`));
  return asked.length ? `${name}: ${shown.join('; ')}` : name;
}

// Looks for all words; better places first: names, then columns, then descriptions.
function find(project, text, most) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const found = [];
  for (const one of project.shown) {
    const hit = rank(one, words);
    if (hit) found.push({one, ...hit});
  }
  const order = (hit) => hit.score * 100 + KINDS.indexOf(hit.one.resource_type);
  return found.sort((a, b) => order(a) - order(b) || nameOf(a.one).length - nameOf(b.one).length).slice(0, most);
}

function rank(one, words) {
  const name = nameOf(one).toLowerCase();
  if (name === words.join(' ')) return {score: 0};
  if (words.length === 1 && name.startsWith(words[0])) return {score: 1};
  if (words.every((word) => name.includes(word))) return {score: 2};
  const columns = Object.values(one.columns || {});
  const column = columns.find((each) => words.every((word) => each.name.toLowerCase().includes(word)));
  if (column) return {score: 3, where: `column ${column.name}`};
  const tags = (one.tags || []).join(' ').toLowerCase();
  const told = `${one.description || ''} ${columns.map((each) => each.description || '').join(' ')}`;
  const rest = `${name} ${tags} ${(one.original_file_path || '').toLowerCase()} ${told.toLowerCase()}`;
  return words.every((word) => rest.includes(word)) ? {score: 4, where: excerpt(told, words)} : undefined;
}

function excerpt(text, words) {
  const plain = text.replace(/\s+/g, ' ');
  const at = Math.max(0, ...words.map((word) => plain.toLowerCase().indexOf(word)));
  return (at > 30 ? '…' : '') + plain.slice(Math.max(0, at - 30), at + 90);
}
