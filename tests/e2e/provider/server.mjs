// The provider of the end-to-end tests: oidc-provider, a certified OpenID provider, in the clothes of
// Entra ID. It decides for itself whether a client, a secret or a scope is good; only the words of its
// refusals and the names of some claims are changed, so that a client sees what Entra would send.
//
//   node server.mjs CONFIG     CONFIG is JSON: rig (the content of rig.json), pki (a folder),
//                              address, port, port_ec, control (a port) and issuer
//
// Which certificate chain it shows depends on the name that the client asks for; see ../pki.
// On the control port, over plain HTTP and for the tests only:
//   POST /mint   {header, claims, stranger}: a token with these claims over the usual ones, signed by
//                the provider or by a key that nobody knows; a claim that is null is left out
//   POST /slow   {ms}: answers of the token endpoint wait that long
//   POST /device {announced, demanded, lifetime}: seconds between polls as device codes from now on say, and as
//                they are held to; seconds that the codes live
//   POST /life   {seconds}: access tokens from now on live that long; without it as long as Entra's shortest
//   POST /sign   {user_code, mailbox}: what a person does who types the code, signs in and consents;
//                {user_code, error}: who does not; answers "ok" if there was such a code
//   GET  /seen   what the token endpoint was asked and what it issued, oldest first
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

// What Debian 12's Node 18 lacks of what the provider uses.
globalThis.crypto ??= crypto.webcrypto;
globalThis.CryptoKey ??= crypto.webcrypto.CryptoKey;
URL.parse ??= (text, base) => {
	try {
		return new URL(text, base);
	} catch {
		return null;
	}
};
const { default: Provider, errors } = await import('oidc-provider');

const config = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const { rig, issuer } = config;
const clients = Object.values(rig.clients);
const clientOf = (id) => clients.find((client) => client.id === id);

// ---- keys and tokens ------------------------------------------------------------------------------

const LIFETIME = 3599;
const KID = 'rig-Key_1';
const keys = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });

// Dovecot insists on this type. Entra's tokens for Exchange have it too.
const HEADER = { typ: 'JWT', alg: 'RS256', kid: KID };

const now = () => Math.floor(Date.now() / 1000);

// What Entra puts into a token for an application, and the one claim that Dovecot needs.
function applicationClaims(client) {
	return {
		appid: client.id,
		appidacr: client.certificates ? '2' : '1',
		idtyp: 'app',
		oid: client.oid,
		tid: rig.tenant,
		ver: '1.0',
		app_displayname: 'o2pop rig',
		...(client.roles.length ? { roles: client.roles } : {}),
		[rig.user_claim]: `application@${rig.domain}`,
	};
}

// What it puts into a token for a person whom an application acts for.
function personClaims(client, mailbox, scope) {
	return {
		appid: client.id,
		appidacr: '0',
		idtyp: 'user',
		name: mailbox.split('@')[0],
		oid: crypto.createHash('sha256').update(mailbox).digest('hex')
			.replace(/^(.{8})(.{4})(.{3})(.{3})(.{12}).*/, '$1-$2-4$3-8$4-$5'),
		scp: scope.split(' ').map((name) => name.replace(/.*\//, '')).join(' '),
		tid: rig.tenant,
		unique_name: mailbox,
		upn: mailbox,
		ver: '1.0',
		[rig.user_claim]: mailbox,
	};
}

// Entra dates tokens five minutes back; it also spares the mail server's coarser clock a surprise.
function dated(claims) {
	const iat = claims.iat - 300;
	return { ...claims, iat, nbf: iat };
}

function mint({ header = {}, claims = {}, stranger: forged = false }) {
	const client = rig.clients.good;
	const payload = {
		aud: rig.resource,
		iss: issuer,
		sub: client.oid,
		...applicationClaims(client),
		...dated({ iat: now() }),
		exp: now() + LIFETIME,
		...claims,
	};
	for (const name of Object.keys(payload)) {
		if (payload[name] === null) delete payload[name];
	}
	const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const text = `${part({ ...HEADER, ...header })}.${part(payload)}`;
	const key = forged ? stranger.privateKey : keys.privateKey;
	return `${text}.${crypto.sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

// ---- Entra's words --------------------------------------------------------------------------------

const partOf = (asked, n) => JSON.parse(Buffer.from(asked.client_assertion.split('.')[n], 'base64url'));
const claimsIn = (asked) => partOf(asked, 1);
const instant = (seconds) => new Date(seconds * 1000).toISOString().replace('Z', '0000Z');

function thumbprintIn(asked) {
	const header = partOf(asked, 0);
	return Buffer.from(header['x5t#S256'] ?? header.x5t ?? '', 'base64url').toString('hex').toUpperCase();
}

// Of the certificates that are registered for a client.
function thumbprintsOf(id) {
	return clientOf(id).certificates.map(pem).flatMap((certificate) => [certificate.fingerprint,
		certificate.fingerprint256]).map((digits) => digits.replaceAll(':', ''));
}

// The cause as oidc-provider found it -> status, error, number and text as Entra has them.
const REFUSALS = [
	['invalid_client', /client not found/, 400, 'unauthorized_client', 700016,
		(asked) => `Application with identifier '${asked.client_id}' was not found in the directory 'Rig'. `
			+ 'This can happen if the application has not been installed by the administrator of the tenant '
			+ 'or consented to by any user in the tenant. You may have sent your authentication request to '
			+ 'the wrong tenant.'],
	['invalid_client', /invalid secret/, 401, 'invalid_client', 7000215,
		(asked) => 'Invalid client secret provided. Ensure the secret being sent in the request is the '
			+ `client secret value, not the client secret ID, for a secret added to app '${asked.client_id}'.`],
	['invalid_client', /secret is expired/, 401, 'invalid_client', 7000222,
		(asked) => `The provided client secret keys for app '${asked.client_id}' are expired. Visit the Azure `
			+ 'portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using '
			+ 'certificate credentials for added security: https://aka.ms/certCreds.'],
	['invalid_client', /mechanism does not match.*none$/, 401, 'invalid_client', 700025,
		() => "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."],
	['invalid_client', /mechanism does not match/, 401, 'invalid_client', 7000216,
		() => "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' "
			+ 'grant type.'],
	['invalid_client', /certificate not registered|signature verification failed/, 401, 'invalid_client', 700027,
		(asked) => (thumbprintsOf(asked.client_id).includes(thumbprintIn(asked))
			? 'Client assertion contains an invalid signature. [Reason - Key was found, but use of the key to '
				+ `verify the signature failed., Thumbprint of key used by client: '${thumbprintIn(asked)}']`
			: 'Client assertion contains an invalid signature. [Reason - The key was not found., Thumbprint of '
				+ `key used by client: '${thumbprintIn(asked)}', Please visit the Azure Portal, Graph Explorer or `
				+ `directly use MS Graph to see configured keys for app Id '${asked.client_id}'.]`)],
	['invalid_client', /jwt expired|jwt not active/, 401, 'invalid_client', 700024,
		(asked) => 'Client assertion is not within its valid time range. '
			+ `Current time: ${instant(now())}, assertion valid from ${instant(claimsIn(asked).nbf ?? 0)}, `
			+ `expiry time of assertion ${instant(claimsIn(asked).exp)}. Review the documentation at `
			+ 'https://learn.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .'],
	['invalid_client', /iss .* must be the client_id/, 401, 'invalid_client', 700021,
		() => "Client assertion application identifier doesn't match 'client_id' parameter."],
	['invalid_request', /client_id mismatch/, 401, 'invalid_client', 700021,
		() => "Client assertion application identifier doesn't match 'client_id' parameter."],
	['invalid_client', /audience/, 401, 'invalid_client', 700023,
		() => 'Client assertion audience claim does not match Realm issuer. Review the documentation at '
			+ 'https://learn.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .'],
	['invalid_grant', /refresh token is expired/, 400, 'invalid_grant', 700082,
		() => 'The refresh token has expired due to inactivity.'],
	['invalid_grant', /refresh token|grant not found/, 400, 'invalid_grant', 70000,
		() => "Authentication failed. The refresh token isn't valid."],
	['authorization_pending', /./, 400, 'authorization_pending', 70016,
		() => 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.'],
	['expired_token', /./, 400, 'expired_token', 70019,
		() => 'Verification code expired.'],
	['invalid_scope', /./, 400, 'invalid_scope', 1002012,
		(asked) => `The provided value for scope ${asked.scope} is not valid. Client credential flows must `
			+ 'have a scope value with /.default suffixed to the resource identifier (application ID URI).'],
	['invalid_target', /./, 400, 'invalid_resource', 500011,
		(asked) => `The resource principal named ${asked.scope.replace(/\/\.default$/, '')} was not found in `
			+ "the tenant named Rig. This can happen if the application has not been installed by the "
			+ 'administrator of the tenant or consented to by any user in the tenant. You might have sent '
			+ 'your authentication request to the wrong tenant.'],
	['invalid_request', /missing required parameter/, 400, 'invalid_request', 900144,
		(asked, why) => 'The request body must contain the following parameter: '
			+ `'${/'(\w+)'/.exec(why)?.[1] ?? 'grant_type'}'.`],
	['unsupported_grant_type', /./, 400, 'unsupported_grant_type', 70003,
		(asked) => `The app requested an unsupported grant type '${asked.grant_type}'.`],
	['not_post', /./, 400, 'invalid_request', 900561,
		(asked, why) => `The endpoint only accepts POST requests. Received a ${why} request.`],
	['no_tenant', /./, 400, 'invalid_request', 90002,
		(asked, why) => `Tenant '${why}' not found. Check to make sure you have the correct tenant ID and are `
			+ 'signing into the correct cloud. Check with your subscription administrator, this may happen if '
			+ 'there are no active subscriptions for the tenant.'],
];

function refuse(ctx, error, why, asked) {
	const row = REFUSALS.find(([name, pattern]) => name === error && pattern.test(why));
	if (!row) return;  // not one of Entra's: let it be seen as it is
	const [, , status, word, number, text] = row;
	const trace = crypto.randomUUID();
	const correlation = crypto.randomUUID();
	const timestamp = new Date().toISOString().replace('T', ' ').replace(/\.\d+/, '');
	ctx.status = status;
	ctx.body = {
		error: word,
		error_description: `AADSTS${number}: ${text(asked, why)} Trace ID: ${trace} `
			+ `Correlation ID: ${correlation} Timestamp: ${timestamp}`,
		error_codes: [number],
		timestamp,
		trace_id: trace,
		correlation_id: correlation,
		error_uri: `${issuer}/error?code=${number}`,
	};
}

// ---- the provider ---------------------------------------------------------------------------------

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const PERSON_SCOPES = ['POP.AccessAsUser.All', 'IMAP.AccessAsUser.All'];
const pem = (name) => new crypto.X509Certificate(fs.readFileSync(`${config.pki}/${name}.pem`));

function registered(client) {
	const base = { client_id: client.id, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };
	if (client.public) {
		return { ...base, token_endpoint_auth_method: 'none', grant_types: [DEVICE, 'refresh_token'] };
	}
	if (client.certificates) {
		const keys = client.certificates.map((name) => (
			{ ...pem(name).publicKey.export({ format: 'jwk' }), kid: name, use: 'sig' }));
		return { ...base, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } };
	}
	return {
		...base,
		token_endpoint_auth_method: 'client_secret_post',
		client_secret: client.secret,
		client_secret_expires_at: client.secret_ended ?? 0,
	};
}

// Entra looks the certificate up by the thumbprint, and takes no other audience than the token endpoint.
function assertionIsEntras(ctx, claims, header, client) {
	const digests = clientOf(client.clientId).certificates.map(pem).map((certificate) => (
		{ x5t: certificate.fingerprint, 'x5t#S256': certificate.fingerprint256 }));
	const known = digests.some((digest) => ['x5t', 'x5t#S256'].some((name) => (
		header[name] === Buffer.from(digest[name].replaceAll(':', ''), 'hex').toString('base64url'))));
	if (!known) throw new errors.InvalidClientAuth('certificate not registered');
	if (claims.aud !== ctx.oidc.urlFor('token')) throw new errors.InvalidClientAuth('audience is not the token endpoint');
}

// Entra reads the resource from the scope; without one there would be no JWT. An application asks for .default,
// a person's device for permissions by name.
function resourceOf(ctx) {
	const scope = ctx.oidc.params?.scope ?? '';
	const words = scope.split(' ').filter((word) => word !== 'offline_access');
	const names = ctx.oidc.client.grantTypeAllowed(DEVICE) ? PERSON_SCOPES : ['.default'];
	const resources = new Set(words.map((word) => word.slice(0, word.lastIndexOf('/'))));
	if (resources.size !== 1 || !words.every((word) => names.some((name) => word.endsWith(`/${name}`)))
		|| (names[0] === '.default' && words.length !== scope.split(' ').length)) {
		throw new errors.InvalidScope('not a scope of this kind of application', scope);
	}
	const [resource] = resources;
	if (!rig.resources.includes(resource)) throw new errors.InvalidTarget('unknown resource');
	return resource;
}

const device = { announced: 5, demanded: 5, lifetime: 900 };
let life = LIFETIME;

const provider = new Provider(issuer, {
	clients: clients.map(registered),
	jwks: { keys: [{ ...keys.privateKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' }] },
	routes: {
		token: `/${rig.tenant}/oauth2/v2.0/token`,
		jwks: `/${rig.tenant}/discovery/v2.0/keys`,
	},
	scopes: ['openid', 'offline_access'],
	ttl: { DeviceCode: () => device.lifetime, RefreshToken: 90 * 86400, Grant: 90 * 86400 },
	rotateRefreshToken: true,
	enabledJWA: { clientAuthSigningAlgValues: ['PS256', 'RS256'] },
	assertJwtClientAuthClaimsAndHeader: assertionIsEntras,
	findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
	features: {
		devInteractions: { enabled: false },
		clientCredentials: { enabled: true },
		deviceFlow: { enabled: true },
		resourceIndicators: {
			enabled: true,
			defaultResource: resourceOf,
			// A poll and a renewal need not repeat the scope: what was granted counts.
			useGrantedResource: () => true,
			getResourceServerInfo: (ctx, resource) => ({
				audience: resource,
				scope: ['.default', ...PERSON_SCOPES].map((name) => `${resource}/${name}`).join(' '),
				accessTokenFormat: 'jwt',
				accessTokenTTL: life,
				jwt: { sign: { alg: 'RS256', kid: KID } },
			}),
		},
	},
	extraTokenClaims: (ctx, token) => (token.accountId
		? personClaims(clientOf(token.clientId), token.accountId, token.scope)
		: applicationClaims(clientOf(token.clientId))),
	formats: {
		customizers: {
			jwt(ctx, token, jwt) {
				jwt.header = { typ: HEADER.typ };
				jwt.payload = dated({ ...jwt.payload, sub: clientOf(token.clientId).oid ?? jwt.payload.sub });
			},
		},
	},
});
provider.on('grant.error', (ctx, error) => { ctx.state.refusal = error; });
provider.on('server_error', (ctx, error) => console.error(error));

const seen = [];
let slow = 0;

// What a person does on the page of the provider, without the page.
async function sign({ user_code: typed, mailbox, error }) {
	const code = await provider.DeviceCode.findByUserCode(typed.replace(/[^A-Za-z0-9]/g, '').toUpperCase());
	if (!code || code.accountId || code.error) return 'no such code';
	if (error) Object.assign(code, { error, errorDescription: 'the person did not agree' });
	else {
		const { scope } = code.params;
		const grant = new provider.Grant({ accountId: mailbox, clientId: code.clientId });
		const [resource] = [code.params.resource].flat();
		grant.addOIDCScope('offline_access');
		grant.addResourceScope(resource, scope);
		const grantId = await grant.save();
		Object.assign(code, { accountId: mailbox, grantId, scope, resource, claims: {}, authTime: now() });
	}
	await code.save();
	return 'ok';
}

// RFC 8628, section 3.5: who polls before the interval is over is told so, and the interval grows for good.
const polls = new Map();

function tooEarly(code) {
	const at = Date.now();
	const poll = polls.get(code) ?? { at: 0, interval: device.demanded, slowed: device.announced };
	const early = at - poll.at < poll.interval * 1000 - 50;
	if (early) poll.interval = poll.slowed += 5;
	poll.at = at;
	polls.set(code, poll);
	return early;
}

provider.use(async (ctx, next) => {
	await next();
	if (ctx.body?.user_code) {
		ctx.body.interval = device.announced;
		ctx.body.message = `To sign in, use a web browser to open the page ${ctx.body.verification_uri} and enter the `
			+ `code ${ctx.body.user_code} to authenticate.`;
		delete ctx.body.verification_uri_complete;
	}
	const [, tenant, endpoint] = /^\/([^/]+)(\/oauth2\/v2\.0\/token)$/.exec(ctx.path) ?? [];
	if (!endpoint) return;
	const asked = ctx.oidc?.params ?? {};
	const refusal = ctx.state.refusal;
	if (tenant !== rig.tenant) refuse(ctx, 'no_tenant', tenant, asked);
	else if (ctx.method !== 'POST') refuse(ctx, 'not_post', ctx.method, asked);
	else if (refusal?.error === 'authorization_pending' && tooEarly(asked.device_code)) {
		const { error, error_description: text } = new errors.SlowDown();
		ctx.body = { error, error_description: text };
	} else if (refusal) {
		const method = ctx.oidc.entities.Client?.clientAuthMethod;
		refuse(ctx, refusal.error, `${refusal.error_detail} ${refusal.error_description} ${method}`, asked);
	} else if (ctx.body?.access_token) {
		const { access_token: token, refresh_token: refresh, expires_in: seconds, scope } = ctx.body;
		ctx.body = {
			token_type: 'Bearer',
			...(refresh ? { scope } : {}),
			expires_in: seconds,
			ext_expires_in: seconds,
			access_token: token,
			...(refresh ? { refresh_token: refresh } : {}),
		};
	}
	ctx.set('x-ms-request-id', ctx.body?.trace_id ?? crypto.randomUUID());
	seen.push({
		at: Date.now() / 1000,
		method: ctx.method,
		path: ctx.path,
		type: ctx.get('content-type'),
		client: asked.client_id,
		grant: asked.grant_type,
		scope: asked.scope,
		status: ctx.status,
		error: ctx.body?.error,
		token: ctx.body?.access_token,
		refresh: ctx.body?.refresh_token,
		device: asked.device_code,
		assertion: asked.client_assertion,
		trace: ctx.body?.trace_id,
	});
	if (slow) await new Promise((done) => { setTimeout(done, slow); });
});

// ---- services ----------------------------------------------------------------------------------------

const chain = (kind) => ({
	cert: fs.readFileSync(`${config.pki}/${kind}.chain.pem`),
	key: fs.readFileSync(`${config.pki}/${kind}.key`),
	minVersion: 'TLSv1.2',
});
const kinds = fs.readdirSync(config.pki).filter((file) => file.endsWith('.chain.pem'))
	.map((file) => file.replace('.chain.pem', ''));
const contexts = new Map(kinds.map((kind) => [kind, tls.createSecureContext(chain(kind))]));

const callback = provider.callback();
https.createServer({
	...chain('rsa'),
	SNICallback: (name, done) => done(null, contexts.get(/-(\w+)\./.exec(name)?.[1]) ?? contexts.get('rsa')),
}, callback).listen(config.port, config.address);
// Node adds the certificate of a name to the server's own instead of replacing one of another kind, and with
// TLS 1.2 the server's own then wins: the P-256 chain has a port of its own.
https.createServer(chain('ec'), callback).listen(config.port_ec, config.address);

const control = {
	'POST /mint': (body) => mint(body),
	'POST /slow': (body) => { slow = body.ms; return 'ok'; },
	'POST /device': (body) => { Object.assign(device, body); return 'ok'; },
	'POST /life': ({ seconds }) => { life = seconds ?? LIFETIME; return 'ok'; },
	'POST /sign': sign,
	'GET /seen': () => JSON.stringify(seen),
};
http.createServer((request, response) => {
	let text = '';
	request.on('data', (bytes) => { text += bytes; });
	request.on('end', async () => {
		const handler = control[`${request.method} ${request.url}`];
		if (!handler) response.writeHead(404).end();
		else response.end(await handler(text ? JSON.parse(text) : {}));
	});
}).listen(config.control, config.address);

process.on('SIGTERM', () => process.exit(0));
