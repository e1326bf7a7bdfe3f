// A token endpoint on loopback that checks client assertions (RFC 7521, 7523) with node's own crypto, which
// shares no code with o2pop. It accepts what Entra documents for certificates, and nothing else.
//
//   node assertions.mjs serve         prints its port; ends when its standard input does
//   node assertions.mjs prove         good assertions made here are taken, damaged ones refused for their damage
//   node assertions.mjs ask CONF...   asks as o2pop does with each settings file, and prints "ok" or why not
//
// POST /-/case {path, client_id, token_url, scope, alg, thumbprint, certificate (PEM)} says what to expect at
// a path; GET /-/tally counts the tokens given. An answer to a bad request says what is wrong with it.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import process from 'node:process';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const SALT = 32;  // RFC 7518, section 3.5: as long as the hash
const LIFE_MAX = 600;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

const now = () => Math.floor(Date.now() / 1000);

class Refusal extends Error {
	constructor(error, text) {
		super(text);
		this.error = error;
	}
}

function demand(good, text, error = 'invalid_client') {
	if (!good) throw new Refusal(error, text);
}

// ---- the checks -----------------------------------------------------------------------------------

// base64url without padding, in the one way that the bytes can be written.
function bytesOf(text, what) {
	demand(!text.includes('='), `${what} has padding`);
	demand(/^[A-Za-z0-9_-]+$/.test(text), `${what} is not base64url`);
	const bytes = Buffer.from(text, 'base64url');
	demand(bytes.toString('base64url') === text, `${what} is base64url with leftover bits`);
	return bytes;
}

function objectOf(text, what) {
	const json = new TextDecoder('utf-8', { fatal: true });
	let object;
	let source;
	try {
		source = json.decode(bytesOf(text, what));
		object = JSON.parse(source);
	} catch (e) {
		if (e instanceof Refusal) throw e;
		demand(false, `${what} is not JSON`);
	}
	demand(object !== null && typeof object === 'object' && !Array.isArray(object), `${what} is no JSON object`);
	for (const name of Object.keys(object)) {
		const often = new RegExp(`"${name.replace(/[^A-Za-z0-9_]/g, '\\$&')}"\\s*:`, 'g');
		demand(source.match(often)?.length === 1, `${what} has ${name} more than once`);
	}
	return object;
}

function members(object, required, optional, what) {
	const names = Object.keys(object);
	for (const name of required) demand(names.includes(name), `${what} has no ${name}`);
	for (const name of names) {
		demand(required.includes(name) || optional.includes(name), `${what} has a member ${name}`);
	}
}

function thumbprintOf(certificate, kind) {
	const text = kind === 'x5t' ? certificate.fingerprint : certificate.fingerprint256;
	return Buffer.from(text.replaceAll(':', ''), 'hex').toString('base64url');
}

function checkSignature(expected, certificate, signed, signature) {
	const key = certificate.publicKey;
	demand(signature.length === Math.ceil(key.asymmetricKeyDetails.modulusLength / 8),
		`the signature has ${signature.length} bytes`);
	const way = expected.alg === 'PS256'
		? { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT }
		: { key, padding: crypto.constants.RSA_PKCS1_PADDING };
	demand(crypto.verify('sha256', Buffer.from(signed), way, signature), 'the signature does not verify');
}

function checkClaims(claims, expected, used) {
	members(claims, ['aud', 'iss', 'sub', 'jti', 'nbf', 'exp'], ['iat'], 'the claims');
	demand(claims.iss === expected.client_id, `iss is ${JSON.stringify(claims.iss)}`);
	demand(claims.sub === expected.client_id, `sub is ${JSON.stringify(claims.sub)}`);
	demand(claims.aud === expected.token_url, `aud is ${JSON.stringify(claims.aud)}`);
	for (const name of ['nbf', 'exp', 'iat']) {
		demand(claims[name] === undefined || Number.isSafeInteger(claims[name]), `${name} is not a whole number`);
	}
	demand(claims.exp - claims.nbf <= LIFE_MAX, `it lives for ${claims.exp - claims.nbf} s`);
	demand(claims.nbf <= now(), `nbf is ${claims.nbf - now()} s ahead`);
	demand(claims.exp > now(), `exp was ${now() - claims.exp} s ago`);
	demand(claims.iat === undefined || (claims.iat >= claims.nbf - LIFE_MAX && claims.iat <= now()), 'iat is off');
	const { jti } = claims;
	// Without a GUID: 128 bits, which are 22 characters of base64url or 32 of hexadecimal digits.
	const long = /^[0-9a-f]+$/i.test(jti) ? 32 : 22;
	demand(typeof jti === 'string' && (GUID.test(jti) || (/^[A-Za-z0-9._~-]+$/.test(jti) && jti.length >= long)),
		`jti is ${JSON.stringify(jti)}`);
	demand(!used.has(jti), 'jti was used before');
	used.add(jti);
}

function checkAssertion(text, expected, used) {
	const parts = text.split('.');
	demand(parts.length === 3, `the assertion has ${parts.length} parts`);
	const header = objectOf(parts[0], 'the header');
	const thumb = expected.thumbprint;
	members(header, ['alg', 'typ', thumb], [], 'the header');
	demand(header.alg === expected.alg, `alg is ${JSON.stringify(header.alg)}`);
	demand(header.typ === 'JWT', `typ is ${JSON.stringify(header.typ)}`);
	const certificate = new crypto.X509Certificate(expected.certificate);
	demand(header[thumb] === thumbprintOf(certificate, thumb), `${thumb} is ${JSON.stringify(header[thumb])}`);
	const claims = objectOf(parts[1], 'the claims');
	const signature = bytesOf(parts[2], 'the signature');
	checkSignature(expected, certificate, `${parts[0]}.${parts[1]}`, signature);
	checkClaims(claims, expected, used);
}

function checkForm(request, body, expected, used) {
	demand(request.method === 'POST', `the method is ${request.method}`, 'invalid_request');
	demand(request.headers['content-type'] === 'application/x-www-form-urlencoded',
		`the content type is ${request.headers['content-type']}`, 'invalid_request');
	demand(request.headers.authorization === undefined, 'there is an Authorization header', 'invalid_request');
	const form = new URLSearchParams(body);
	const wanted = ['client_id', 'scope', 'grant_type', 'client_assertion_type', 'client_assertion'];
	for (const name of wanted) {
		demand(form.getAll(name).length === 1, `${name} is there ${form.getAll(name).length} times`, 'invalid_request');
	}
	for (const name of form.keys()) demand(wanted.includes(name), `there is a parameter ${name}`, 'invalid_request');
	demand(form.get('grant_type') === 'client_credentials', `grant_type is ${form.get('grant_type')}`, 'invalid_request');
	demand(form.get('client_assertion_type') === ASSERTION_TYPE, 'client_assertion_type is another', 'invalid_request');
	demand(form.get('client_id') === expected.client_id, `client_id is ${form.get('client_id')}`);
	demand(form.get('scope') === expected.scope, `scope is ${form.get('scope')}`, 'invalid_scope');
	checkAssertion(form.get('client_assertion'), expected, used);
}

// ---- the endpoint ---------------------------------------------------------------------------------

function endpoint() {
	const cases = new Map();
	const used = new Set();
	const tally = { given: 0, refused: 0, asked: {} };

	function answer(request, body) {
		if (request.url === '/-/tally') return [200, tally];
		if (request.url === '/-/case') {
			const one = JSON.parse(body);
			cases.set(one.path, one);
			return [200, {}];
		}
		tally.asked[request.url] = (tally.asked[request.url] ?? 0) + 1;
		try {
			const expected = cases.get(request.url);
			demand(expected, `nothing is expected at ${request.url}`, 'invalid_request');
			checkForm(request, body, expected, used);
		} catch (e) {
			if (!(e instanceof Refusal)) throw e;
			tally.refused += 1;
			return [e.error === 'invalid_client' ? 401 : 400, { error: e.error, error_description: e.message }];
		}
		tally.given += 1;
		const token = `given.${crypto.randomBytes(900).toString('base64url')}.${tally.given}`;
		return [200, { token_type: 'Bearer', expires_in: 3599, access_token: token }];
	}
	const server = http.createServer((request, response) => {
		let body = '';
		request.setEncoding('utf8');
		request.on('data', (text) => { body += text; });
		request.on('end', () => {
			const [status, object] = answer(request, body);
			response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
			response.end(JSON.stringify(object));
		});
	});
	return new Promise((ready) => { server.listen(0, '127.0.0.1', () => ready(server)); });
}

// ---- a client of its own, with which the checks are checked ---------------------------------------

const encoded = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function signatureOf(alg, text, key, salt = SALT, hash = 'sha256') {
	const way = alg === 'PS256'
		? { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: salt }
		: { key, padding: crypto.constants.RSA_PKCS1_PADDING };
	return crypto.sign(hash, Buffer.from(text), way);
}

// A good request; `damage` is applied to its pieces on the way, in the order in which they are made.
function compose(one, key, damage = {}) {
	const certificate = new crypto.X509Certificate(one.certificate);
	const header = { alg: one.alg, typ: 'JWT', [one.thumbprint]: thumbprintOf(certificate, one.thumbprint) };
	const claims = {
		aud: one.token_url, iss: one.client_id, sub: one.client_id, jti: crypto.randomUUID(),
		nbf: now(), iat: now(), exp: now() + 300,
	};
	damage.header?.(header);
	damage.claims?.(claims);
	let parts = [encoded(damage.headerText?.(header) ?? header), encoded(damage.claimsText?.(claims) ?? claims)];
	parts = damage.parts?.(parts) ?? parts;
	const sign = damage.sign ?? ((text) => signatureOf(one.alg, text, key));
	parts.push(sign(parts.join('.'), key).toString('base64url'));
	parts = damage.whole?.(parts) ?? parts;
	const form = new URLSearchParams({
		client_id: one.client_id, scope: one.scope, grant_type: 'client_credentials',
		client_assertion_type: ASSERTION_TYPE, client_assertion: parts.join('.'),
	});
	damage.form?.(form);
	return form;
}

async function post(url, body, headers = {}, method = 'POST') {
	const response = await fetch(url, {
		method, body: method === 'POST' ? String(body) : undefined,
		headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
	});
	return { status: response.status, ...await response.json() };
}

// ---- prove ----------------------------------------------------------------------------------------

const replaced = (text, from, to) => text.slice(0, from) + to + text.slice(from + to.length);
const hexOf = (certificate, kind) => (
	Buffer.from(thumbprintOf(certificate, kind), 'base64url').toString('hex').toUpperCase());

// [what is damaged, how, what the refusal must say]
function damages(one, stranger) {
	const other = one.alg === 'PS256' ? 'RS256' : 'PS256';
	const thumb = one.thumbprint;
	const certificate = new crypto.X509Certificate(one.certificate);
	const standard = certificate.raw;
	return [
		['alg none', { header: (h) => { h.alg = 'none'; } }, 'alg is "none"'],
		['alg of the other padding', { header: (h) => { h.alg = other; } }, `alg is "${other}"`],
		['alg in small letters', { header: (h) => { h.alg = h.alg.toLowerCase(); } }, 'alg is'],
		['no typ', { header: (h) => { delete h.typ; } }, 'has no typ'],
		['typ of an access token', { header: (h) => { h.typ = 'at+jwt'; } }, 'typ is "at+jwt"'],
		['a kid', { header: (h) => { h.kid = 'one'; } }, 'member kid'],
		['an x5c', { header: (h) => { h.x5c = [standard.toString('base64')]; } }, 'member x5c'],
		['no thumbprint', { header: (h) => { delete h[thumb]; } }, `has no ${thumb}`],
		['thumbprint as hexadecimal digits', { header: (h) => { h[thumb] = hexOf(certificate, thumb); } }, `${thumb} is`],
		['thumbprint of the digits', { header: (h) => { h[thumb] = encoded(hexOf(certificate, thumb)); } }, `${thumb} is`],
		['thumbprint of the PEM text', { header: (h) => {
			h[thumb] = crypto.createHash(thumb === 'x5t' ? 'sha1' : 'sha256').update(one.certificate).digest('base64url');
		} }, `${thumb} is`],
		['thumbprint by the other hash', { header: (h) => {
			h[thumb] = thumbprintOf(certificate, thumb === 'x5t' ? 'x5t#S256' : 'x5t');
		} }, `${thumb} is`],
		['thumbprint with padding', { header: (h) => { h[thumb] += '='; } }, `${thumb} is`],
		['thumbprint of the public key', { header: (h) => {
			const der = certificate.publicKey.export({ type: 'spki', format: 'der' });
			h[thumb] = crypto.createHash(thumb === 'x5t' ? 'sha1' : 'sha256').update(der).digest('base64url');
		} }, `${thumb} is`],
		['the header twice the same member', { headerText: (h) => JSON.stringify(h).replace('{', '{"typ":"JWT",') },
			'typ more than once'],
		['the header no object', { headerText: () => '["JWT"]' }, 'no JSON object'],
		['the header no JSON', { headerText: () => '{alg:1}' }, 'not JSON'],

		['signed by another key', { sign: (t) => signatureOf(one.alg, t, stranger) }, 'not verify'],
		['signed with the other padding', { sign: (t, k) => signatureOf(other, t, k) }, 'not verify'],
		['signed with SHA-512', { sign: (t, k) => signatureOf(one.alg, t, k, SALT, 'sha512') }, 'not verify'],
		['signed with SHA-1', { sign: (t, k) => signatureOf(one.alg, t, k, SALT, 'sha1') }, 'not verify'],
		...(one.alg === 'PS256' ? [
			['no salt', { sign: (t, k) => signatureOf(one.alg, t, k, 0) }, 'not verify'],
			['a salt of 20 bytes', { sign: (t, k) => signatureOf(one.alg, t, k, 20) }, 'not verify'],
			['a salt of 31 bytes', { sign: (t, k) => signatureOf(one.alg, t, k, 31) }, 'not verify'],
			['the longest salt', { sign: (t, k) => signatureOf(one.alg, t, k, crypto.constants.RSA_PSS_SALTLEN_MAX_SIGN) },
				'not verify'],
		] : []),
		['a bit of the signature flipped', { sign: (t, k) => {
			const bytes = signatureOf(one.alg, t, k);
			bytes[bytes.length >> 1] ^= 4;
			return bytes;
		} }, 'not verify'],
		['the signature reversed', { sign: (t, k) => signatureOf(one.alg, t, k).reverse() }, 'not verify'],
		['the signature cut', { sign: (t, k) => signatureOf(one.alg, t, k).subarray(1) }, 'the signature has'],
		['a zero before the signature', { sign: (t, k) => Buffer.concat([Buffer.alloc(1), signatureOf(one.alg, t, k)]) },
			'the signature has'],
		['the digest signed instead of the text', { sign: (t, k) => signatureOf(one.alg,
			crypto.createHash('sha256').update(t).digest(), k) }, 'not verify'],
		['the claims changed after signing', { whole: ([h, c, s]) => {
			const claims = JSON.parse(Buffer.from(c, 'base64url'));
			return [h, encoded({ ...claims, exp: claims.exp + 1 }), s];
		} }, 'not verify'],
		['no signature', { whole: ([h, c]) => [h, c, ''] }, 'not base64url'],
		['two parts', { whole: ([h, c]) => [h, c] }, '2 parts'],
		['four parts', { whole: (p) => [...p, 'AAAA'] }, '4 parts'],
		['padding', { parts: ([h, c]) => [h, `${c}=`] }, 'has padding'],
		['the alphabet of plain base64', { whole: ([h, c, s]) => [h, c, replaced(s, 3, '+/')] }, 'not base64url'],
		['a line end', { whole: ([h, c, s]) => [h, c, `${s}\n`] }, 'not base64url'],
		['leftover bits', { parts: ([h]) => [h, Buffer.from('{"a": 1}').toString('base64url').replace(/.$/, '1')] },
			'leftover bits'],

		['aud of another path', { claims: (c) => { c.aud += '/'; } }, 'aud is'],
		['aud as a list', { claims: (c) => { c.aud = [c.aud]; } }, 'aud is'],
		['iss of another', { claims: (c) => { c.iss = crypto.randomUUID(); } }, 'iss is'],
		['sub of another', { claims: (c) => { c.sub = crypto.randomUUID(); } }, 'sub is'],
		...['aud', 'iss', 'sub', 'jti', 'nbf', 'exp'].map((name) => (
			[`no ${name}`, { claims: (c) => { delete c[name]; } }, `has no ${name}`])),
		['a life of 601 s', { claims: (c) => { c.exp = c.nbf + 601; } }, 'lives for 601 s'],
		['expired', { claims: (c) => { c.nbf -= 500; c.exp = now(); } }, 'exp was'],
		['not valid yet', { claims: (c) => { c.nbf += 60; } }, 'nbf is'],
		['milliseconds', { claims: (c) => { c.nbf *= 1000; c.exp *= 1000; } }, 'lives for'],
		['exp as text', { claims: (c) => { c.exp = String(c.exp); } }, 'not a whole number'],
		['nbf with a fraction', { claims: (c) => { c.nbf += 0.5; } }, 'not a whole number'],
		['iat ahead', { claims: (c) => { c.iat += 60; } }, 'iat is off'],
		['a claim more', { claims: (c) => { c.scope = one.scope; } }, 'member scope'],
		['a claim twice', { claimsText: (c) => JSON.stringify(c).replace('{', '{"aud":"x",') }, 'aud more than once'],
		['a short jti', { claims: (c) => { c.jti = c.jti.slice(0, 20); } }, 'jti is'],
		['a jti of 124 bits', { claims: (c) => { c.jti = crypto.randomBytes(16).toString('hex').slice(1); } }, 'jti is'],
		['a number as jti', { claims: (c) => { c.jti = 1; } }, 'jti is'],

		['another grant', { form: (f) => f.set('grant_type', 'password') }, 'grant_type is'],
		['another assertion type', { form: (f) => f.set('client_assertion_type', `${ASSERTION_TYPE}s`) },
			'client_assertion_type'],
		['a secret beside it', { form: (f) => f.set('client_secret', 'x') }, 'parameter client_secret'],
		['another client id', { form: (f) => f.set('client_id', crypto.randomUUID()) }, 'client_id is'],
		['no client id', { form: (f) => f.delete('client_id') }, 'client_id is there 0 times'],
		['another scope', { form: (f) => f.set('scope', 'mail') }, 'scope is'],
		['the assertion twice', { form: (f) => f.append('client_assertion', 'x') }, 'there 2 times'],
	];
}

async function prove(files) {
	const server = await endpoint();
	const base = `http://127.0.0.1:${server.address().port}`;
	let taken = 0;
	let refused = 0;
	const wrong = [];
	for (const file of files) {
		const key = crypto.createPrivateKey(fs.readFileSync(`${file}.key`));
		const { modulusLength } = key.asymmetricKeyDetails;
		const stranger = crypto.generateKeyPairSync('rsa', { modulusLength }).privateKey;
		for (const alg of ['PS256', 'RS256']) {
			for (const thumbprint of ['x5t#S256', 'x5t']) {
				const path = `/${taken}/token`;
				const one = {
					path, token_url: base + path, client_id: crypto.randomUUID(), scope: 'https://mail.example/.default',
					alg, thumbprint, certificate: fs.readFileSync(`${file}.pem`, 'utf8'),
				};
				const label = `${file.replace(/.*\//, '')} ${alg} ${thumbprint}`;
				await post(`${base}/-/case`, JSON.stringify(one));
				const form = compose(one, key);
				const good = await post(one.token_url, form);
				if (good.access_token) taken += 1;
				else wrong.push(`${label}: a good one was refused: ${good.error_description}`);
				const cases = damages(one, stranger).map(([what, damage, text]) => [what, compose(one, key, damage), text]);
				cases.push(['the same once more', form, 'jti was used before']);
				for (const [what, body, text] of cases) {
					const said = await post(one.token_url, body);
					if (said.access_token) wrong.push(`${label}: ${what} was taken`);
					else if (!said.error_description.includes(text)) {
						wrong.push(`${label}: ${what} was refused as "${said.error_description}"`);
					} else refused += 1;
				}
				for (const [what, said, text] of [
					['another content type', await post(one.token_url, compose(one, key), { 'content-type': 'text/plain' }),
						'content type'],
					['a Basic header', await post(one.token_url, compose(one, key), { authorization: 'Basic YTpi' }),
						'Authorization'],
					['GET', await post(one.token_url, '', {}, 'GET'), 'method is GET'],
					['another path', await post(`${one.token_url}s`, compose(one, key)), 'nothing is expected'],
				]) {
					if (!said.error_description?.includes(text)) wrong.push(`${label}: ${what}: ${JSON.stringify(said)}`);
					else refused += 1;
				}
			}
		}
	}
	for (const line of wrong) console.log(line);
	console.log(`taken ${taken}, refused ${refused}, wrong ${wrong.length}`);
	server.close();
	server.closeAllConnections?.();
	process.exitCode = wrong.length ? 1 : 0;
}

// ---- ask ------------------------------------------------------------------------------------------

async function ask(files) {
	for (const file of files) {
		const settings = Object.fromEntries(fs.readFileSync(file, 'utf8').trim().split('\n')
			.map((line) => line.split(' = ')));
		const certificate = fs.readFileSync(settings.certificate_file, 'utf8');
		const keys = fs.readFileSync(settings.private_key_file ?? settings.certificate_file, 'utf8');
		const one = {
			...settings, certificate: /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(certificate)[0],
			alg: settings.assertion_alg, thumbprint: settings.assertion_thumbprint,
		};
		const pem = /-----BEGIN ((?:RSA )?PRIVATE KEY)-----[^]*?-----END \1-----/.exec(keys)[0];
		const said = await post(one.token_url, compose(one, crypto.createPrivateKey(pem)));
		console.log(said.access_token ? 'ok' : `${file}: ${said.error_description}`);
	}
}

const [, , what, ...files] = process.argv;
if (what === 'serve') {
	const server = await endpoint();
	console.log(server.address().port);
	process.stdin.resume().on('end', () => process.exit(0));
} else if (what === 'prove') {
	await prove(files);
} else if (what === 'ask') {
	await ask(files);
} else {
	console.error('serve, prove or ask');
	process.exitCode = 2;
}
