// SPDX-License-Identifier: GPL-2.0
// Asks the agent for documents, and shows them. What the agent says is put into the page as text alone: labels and
// Call-IDs are whatever a client sent.
import {SPAN, draw, spark} from './chart.js';

const PERIOD = 1000, PATIENCE = 10_000, SEARCH_PERIOD = 5000;
const $ = (id) => document.getElementById(id);

// ---- the agent -------------------------------------------------------------------------------------------------------
class Refused extends Error {}  // by the agent, which is there
class NoToken extends Error {}

async function ask(what, members = {}) {
	const query = new URLSearchParams(Object.entries(members).filter(([, value]) => value !== ''));
	const token = sessionStorage.getItem('token');
	const answer = await fetch(`/api/${what}${query.size ? `?${query}` : ''}`, {
		headers: token ? {Authorization: `Bearer ${token}`} : {},
		signal: AbortSignal.timeout(PATIENCE), cache: 'no-store',
	});
	if (answer.status === 401)
		throw new NoToken();
	const document = await answer.json();
	if (!answer.ok)
		throw new Refused(document.error);
	return document;
}

/** What the agent refuses is nothing, with the sentence why. */
async function askIf(what, members) {
	try {
		return [await ask(what, members), ''];
	} catch (error) {
		if (error instanceof Refused)
			return [null, error.message];
		throw error;
	}
}

// ---- words -----------------------------------------------------------------------------------------------------------
const percent = (value) => value === undefined || value === null ? '–' : `${(100 * value).toFixed(1)} %`;
const time = (date) => date.toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: '2-digit'});

function duration(milliseconds) {
	const seconds = Math.floor(milliseconds / 1000);
	if (milliseconds < 1000)
		return `${milliseconds} ms`;
	if (seconds < 120)
		return `${seconds} s`;
	if (seconds < 7200)
		return `${Math.floor(seconds / 60)} min`;
	return `${Math.floor(seconds / 3600)} h`;
}

function end(address, port) {
	const host = address === undefined ? '*' : address.includes(':') ? `[${address}]` : address;
	return `${host}:${port ?? '*'}`;
}

function make(name, content, className) {
	const made = document.createElement(name);
	if (className)
		made.className = className;
	made.append(content ?? '');
	return made;
}

/** Rows of [content, class of the cell]; a row's first cell is its head. */
function fill(table, rows) {
	table.tBodies[0].replaceChildren(...rows.map((cells) => {
		const row = document.createElement('tr');
		cells.forEach(([content, className], i) => {
			const cell = make(i === 0 ? 'th' : 'td', content, className);
			if (i === 0)
				cell.scope = 'row';
			row.append(cell);
		});
		return row;
	}));
	table.hidden = rows.length === 0;
}

/** Sentences, and commands in code: odd members are those. */
function hint(id, ...parts) {
	$(id).hidden = parts.length === 0;
	$(id).replaceChildren(...parts.map((part, i) => i % 2 === 0 ? part : make('code', part)));
}

// ---- history ---------------------------------------------------------------------------------------------------------
let run = null, moments = [];

function remember(history) {
	const now = Date.now();
	const fresh = history.moments.map((moment) => ({...moment, at: now - moment.age}));
	const follows = run === history.run && fresh.at(0)?.number === moments.at(-1)?.number + 1;
	moments = run === history.run && (follows || fresh.length === 0) ? [...moments, ...fresh] : fresh;
	moments = moments.filter((moment) => now - moment.at <= SPAN);
	run = history.run;
}

const line = (pick) => moments.map((moment) => [moment.at, pick(moment)]);

/** What a total grew by, per second; nothing after the module was loaded anew. */
function rate(name) {
	return moments.slice(1).map((moment, i) => {
		const before = moments[i], grown = moment.sessions?.[name] - before.sessions?.[name];
		return [moment.at, grown >= 0 ? 1000 * grown / (moment.at - before.at) : null];
	});
}

function showHistory() {
	const now = Date.now(), last = moments.at(-1) ?? {};
	const {admission, sessions} = last;
	draw($('chart-load'), 'Load and thresholds', [
		{name: 'load', points: line((m) => m.admission?.x)},
		{name: 'T1: refuses some', points: line((m) => m.admission?.t1)},
		{name: 'T2: refuses all', points: line((m) => m.admission?.t2)},
		{name: 'T3: thins media', points: line((m) => m.admission?.t3)}], now, 1);
	draw($('chart-refuse'), 'Probability', [
		{name: 'admits a new session', points: line((m) => m.admission && 1 - m.admission.p_new)},
		{name: 'drops media', points: line((m) => m.admission?.p_est)}], now, 1);
	const rates = ['offered', 'refused', 'completed', 'ended'].map((name) => ({name, points: rate(name)}));
	rates[3].name = 'ended otherwise';
	draw($('chart-rates'), 'Sessions per second', rates, now);
	const per = (i) => rates[i].points.slice(-5).map(([, value]) => value).filter((value) => value !== null);
	const mean = (values) => values.length ? (values.reduce((a, b) => a + b) / values.length).toFixed(1) : '–';
	const tiles = [['Sessions', sessions ? sessions.now.toLocaleString() : '–'], ['Load', percent(admission?.x)],
		['Admits new', percent(admission && 1 - admission.p_new)], ['Offered /s', mean(per(0))],
		['Refused /s', mean(per(1))], ['Completed /s', mean(per(2))]];
	$('tiles').replaceChildren(...tiles.map(([name, value]) => {
		const tile = document.createElement('div');
		tile.append(make('dt', name), make('dd', value));
		return tile;
	}));
}

// ---- nodes -----------------------------------------------------------------------------------------------------------
function options(select, names) {
	const chosen = select.value, there = [...select.options].slice(1).map((option) => option.value);
	if (there.join('\0') === names.join('\0'))
		return;
	select.replaceChildren(select.options[0], ...names.map((name) => new Option(name, name)));
	select.value = names.includes(chosen) ? chosen : '';
}

function health(node, load) {
	const word = node.state !== 'up' ? node.state : node.health === 'unwatched' ? 'unwatched' : load?.health ?? node.health;
	const why = load?.cause && word !== 'up' && word !== load.cause ? ` (${load.cause})` : '';
	const tone = word === 'up' ? 'up' : word.includes('down') ? 'down' : word === 'unwatched' ? '' : 'warn';
	return make('span', word + why, tone && `word-${tone}`);
}

function showNodes(nodes, loads, stats, why) {
	const role = ['dispatcher', 'gateway', 'node'].find((name) => stats[name]);
	if (nodes === null)
		hint('nodes-hint', `There is nothing to show: ${why}.`);
	else if (role !== 'dispatcher')
		hint('nodes-hint', `This agent is a ${role}'s. The dispatcher's page shows nodes and their sessions.`);
	else if (nodes.length === 0)
		hint('nodes-hint', 'There are no nodes yet. The next step: ', 'sara node add n1 addr ADDRESS dev DEVICE',
			', or "nodes" in the agent\'s configuration.');
	else if (loads === null)
		hint('nodes-hint', 'The nodes are not watched: their load and health are not known. ', '"cluster": {}',
			' in "dispatcher" of the configuration makes the agent watch them, and sara-agent on each node tells them.');
	else
		hint('nodes-hint');
	const now = Date.now(), of = new Map((loads ?? []).map((load) => [load.name, load]));
	fill($('nodes'), (nodes ?? []).map((node) => {
		const load = of.get(node.name), known = load && !load.stale;
		const one = (i) => moments.map((moment) => [moment.at, moment.nodes[node.name]?.[i]]);
		const title = `load, forecast and error of ${node.name} in the last ten minutes`;
		return [[node.name], [health(node, load)], [node.sessions.toLocaleString(), 'number'],
			[percent(known ? load.load : null), 'number'], [percent(known ? load.forecast : null), 'number'],
			[percent(known ? load.error : null), 'number'], [make('span', node.addr, 'mono'), 'wide'],
			[spark(title, [one(0), one(1), one(2)], now), 'wide']];
	}));
	options($('node'), (nodes ?? []).map((node) => node.name));
}

// ---- heads -----------------------------------------------------------------------------------------------------------
function showHeads(ha, why) {
	$('fit').replaceChildren();
	if (ha === null)
		hint('heads-hint', 'This dispatcher is alone: if it fails, its sessions are lost. ', '"peers"',
			` in "dispatcher" of the configuration names others that hold them (${why}).`);
	else
		hint('heads-hint');
	if (ha) {
		const word = ha.fit ? 'fit' : 'unfit';
		$('fit').append(make('span', word, `word-${word}`),
			` to have the virtual addresses${ha.why ? `: ${ha.why}` : ''}; ${ha.standby} standby sessions; ${ha.replication}`);
	}
	fill($('heads'), (ha?.peers ?? []).map((peer) => [
		[make('span', peer.peer, 'mono')], [make('span', peer.state, `word-${peer.state}`)],
		[`${peer.sessions.toLocaleString()} (${peer.snapshot})`, 'number'], [peer.told === 'all' ? 'all' : 'a part'],
		[peer.waiting.toLocaleString(), 'number'], [duration(peer.lag), 'number'],
		[peer.conflicts.toLocaleString(), 'wide number']]));
}

// ---- sessions --------------------------------------------------------------------------------------------------------
let searched = 0, opened = null;

function showSessions({sessions, looked_at, more}, asked) {
	const count = sessions.length.toLocaleString();
	const narrow = asked.text || asked.node || asked.service;
	if (sessions.length === 0 && more)
		$('found').textContent = `None among the first ${looked_at.toLocaleString()} of more: narrow it by node or service.`;
	else if (sessions.length === 0)
		$('found').textContent = narrow ? 'No session matches.' :
			'No session yet. They begin with the first packet to a service: see sara service show and sara dev show.';
	else if (more)
		$('found').textContent = `The first ${count} of more: search, or narrow it by node or service.`;
	else
		$('found').textContent = `${count} ${sessions.length === 1 ? 'session' : 'sessions'}.`;
	// A list that is rebuilt takes the focus with it.
	const focused = document.activeElement?.dataset?.session;
	fill($('list'), sessions.map((session) => {
		const button = make('button', session.id);
		button.type = 'button';
		button.dataset.session = session.id;
		button.setAttribute('aria-label', `Details of session ${session.id}`);
		button.addEventListener('click', () => open(session));
		return [[button], [make('span', end(session.tuple.src, session.tuple.sport), 'mono')], [session.node],
			[session.service, 'wide'], [make('span', session['call-id'] ?? session.label ?? '', 'mono'), 'wide'],
			[session.status], [session.flows, 'number wide'], [duration(session.age), 'number']];
	}));
	if (focused !== undefined)
		document.querySelector(`button[data-session="${focused}"]`)?.focus({preventScroll: true});
}

async function search() {
	searched = Date.now();
	const asked = {text: $('text').value.trim(), node: $('node').value, service: $('service').value};
	const [found, why] = await askIf('sessions', asked);
	if (asked.text !== $('text').value.trim())
		return;  // another search has begun meanwhile
	if (found === null) {
		$('found').textContent = `${why}.`;
		fill($('list'), []);
		return;
	}
	showSessions(found, asked);
	if (found.sessions.length === 0 && asked.text !== '') {
		const [refused] = await askIf('explain', {'call-id': asked.text});
		if (refused)
			openExplained(`Call-ID ${asked.text}`, refused, []);
	}
}

function describe(explained, names) {
	const list = make('dl');
	for (const name of names) {
		const value = explained[name];
		if (value !== undefined && value !== '')
			list.append(make('dt', name), make('dd', typeof value === 'number' && name === 'age' ? duration(value) : String(value)));
	}
	return list;
}

function openExplained(title, why, flows, refusal) {
	$('details-title').textContent = title;
	if (why === null) {
		$('why').replaceChildren(`${refusal}.`);
	} else {
		$('why').replaceChildren(describe(why,
			['service', 'node', 'age', 'verdict', 'load', 'p-new', 't1', 't2', 't3', 'placement', 'reason', 'note']));
		if (why.nodes?.length) {
			const table = make('table');
			table.append(make('caption', 'Nodes, as they were when the policy was made'), document.createElement('thead'),
				document.createElement('tbody'));
			const head = document.createElement('tr');
			for (const name of ['Node', 'Forecast', 'Damped', 'Score', 'Placed since', '']) {
				const cell = make('th', name);
				cell.scope = 'col';
				head.append(cell);
			}
			table.tHead.append(head);
			fill(table, why.nodes.map((node) => [[node.node], [percent(node.forecast)], [percent(node.damped)],
				[node.score], [node.placed ?? ''], [node.chosen ? 'chosen' : node['left-out'] ?? '']]));
			$('why').append(table);
		}
	}
	fill($('flows'), flows.map((flow) => {
		const {proto, src, sport, dst, dport} = flow.tuple;
		return [[flow.identity], [make('span', `${proto} ${end(src, sport)} > ${end(dst, dport)}`, 'mono')],
			[flow.status ?? flow.form], [flow.packets?.toLocaleString() ?? '', 'number'],
			[flow.bytes?.toLocaleString() ?? '', 'number wide']];
	}));
	$('details').hidden = false;
}

async function open(session) {
	opened = session.id;
	const [[why, refusal], [flows]] = await Promise.all(
		[askIf('explain', {session: session.id}), askIf('flows', {session: session.id})]);
	openExplained(`Session ${session.id}`, why, flows?.flows ?? [], refusal);
	$('details').focus();
}

function close() {
	$('details').hidden = true;
	document.querySelector(`button[data-session="${opened}"]`)?.focus();
	opened = null;
}

// ---- the clock -------------------------------------------------------------------------------------------------------
let heard = null, gone = null;

function connection(word, text) {
	if ($('connection').textContent !== text)
		$('connection').textContent = text;
	$('connection').className = word;
	$('page').classList.toggle('old', word === 'gone');
}

function needToken() {
	const refused = sessionStorage.getItem('token') !== null;
	sessionStorage.removeItem('token');
	if ($('token').hidden || refused) {
		$('token').hidden = false;
		$('page').hidden = true;
		$('token-refused').hidden = !refused;
		$('token-text').value = '';
		$('token-text').focus();
	}
	connection('waiting', 'the agent asks for a token');
}

async function look() {
	const history = await ask('history', {after: moments.at(-1)?.number ?? 0});
	const [stats, [nodes, why], [loads], [services], [ha, alone]] = await Promise.all(
		[ask('stats'), askIf('nodes'), askIf('loads'), askIf('services'), askIf('ha')]);
	remember(history);
	$('token').hidden = true;
	$('page').hidden = false;
	$('agent').textContent = `${location.host}, ${stats.agent.version}`;
	options($('service'), (services ?? []).map((service) => service.name));
	showHistory();
	showNodes(nodes, loads, stats, why);
	showHeads(ha, alone);
	if (Date.now() - searched >= SEARCH_PERIOD && opened === null)
		await search();
}

async function tick() {
	try {
		await look();
		heard = new Date();
		gone = null;
		connection('up', 'connected');
	} catch (error) {
		if (error instanceof NoToken) {
			needToken();
			return;  // until somebody gives one
		}
		gone ??= heard ?? new Date();
		connection('gone', `the agent does not answer since ${time(gone)}; asking again`);
	}
	setTimeout(tick, PERIOD);
}

/** A person's search: what goes wrong with it shows by the connection's state. */
function searchNow() {
	search().catch(() => {});
}

$('token').addEventListener('submit', (event) => {
	event.preventDefault();
	sessionStorage.setItem('token', $('token-text').value.trim());
	tick();
});
$('search').addEventListener('submit', (event) => {
	event.preventDefault();
	searchNow();
});
for (const id of ['node', 'service'])
	$(id).addEventListener('change', searchNow);
$('close').addEventListener('click', close);
document.addEventListener('keydown', (event) => {
	const typing = ['INPUT', 'SELECT', 'TEXTAREA'].includes(event.target.tagName);
	if (event.key === '/' && !typing && !$('page').hidden) {
		event.preventDefault();
		$('text').focus();
	} else if (event.key === 'Escape' && !$('details').hidden) {
		close();
	}
});
tick();
