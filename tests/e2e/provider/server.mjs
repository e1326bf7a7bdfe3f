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
		appidacr: '1',
		idtyp: 'app',
		oid: client.oid,
		tid: rig.tenant,
		ver: '1.0',
		app_displayname: 'o2pop rig',
		...(client.roles.length ? { roles: client.roles } : {}),
		[rig.user_claim]: `application@${rig.domain}`,
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
	['invalid_client', /mechanism does not match/, 401, 'invalid_client', 7000216,
		() => "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' "
			+ 'grant type.'],
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

const provider = new Provider(issuer, {
	clients: clients.map((client) => ({
		client_id: client.id,
		client_secret: client.secret,
		client_secret_expires_at: client.secret_ended ?? 0,
		token_endpoint_auth_method: 'client_secret_post',
		grant_types: ['client_credentials'],
		redirect_uris: [],
		response_types: [],
	})),
	jwks: { keys: [{ ...keys.privateKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' }] },
	routes: {
		token: `/${rig.tenant}/oauth2/v2.0/token`,
		jwks: `/${rig.tenant}/discovery/v2.0/keys`,
	},
	features: {
		devInteractions: { enabled: false },
		clientCredentials: { enabled: true },
		resourceIndicators: {
			enabled: true,
			// Entra reads the resource from the scope; without one there would be no JWT.
			defaultResource(ctx) {
				const scope = ctx.oidc.params?.scope ?? '';
				if (!/^\S+\/\.default$/.test(scope)) throw new errors.InvalidScope('not a default scope', scope);
				const resource = scope.replace(/\/\.default$/, '');
				if (!rig.resources.includes(resource)) throw new errors.InvalidTarget('unknown resource');
				return resource;
			},
			getResourceServerInfo: (ctx, resource) => ({
				audience: resource,
				scope: `${resource}/.default`,
				accessTokenFormat: 'jwt',
				accessTokenTTL: LIFETIME,
				jwt: { sign: { alg: 'RS256', kid: KID } },
			}),
		},
	},
	extraTokenClaims: (ctx, token) => applicationClaims(clientOf(token.clientId)),
	formats: {
		customizers: {
			jwt(ctx, token, jwt) {
				jwt.header = { typ: HEADER.typ };
				jwt.payload = dated({ ...jwt.payload, sub: clientOf(token.clientId).oid });
			},
		},
	},
});
provider.on('grant.error', (ctx, error) => { ctx.state.refusal = error; });
provider.on('server_error', (ctx, error) => console.error(error));

const seen = [];
let slow = 0;

provider.use(async (ctx, next) => {
	await next();
	const [, tenant, endpoint] = /^\/([^/]+)(\/oauth2\/v2\.0\/token)$/.exec(ctx.path) ?? [];
	if (!endpoint) return;
	const asked = ctx.oidc?.params ?? {};
	const refusal = ctx.state.refusal;
	if (tenant !== rig.tenant) refuse(ctx, 'no_tenant', tenant, asked);
	else if (ctx.method !== 'POST') refuse(ctx, 'not_post', ctx.method, asked);
	else if (refusal) refuse(ctx, refusal.error, `${refusal.error_detail} ${refusal.error_description}`, asked);
	else if (ctx.body?.access_token) {
		const { access_token: token, expires_in: seconds } = ctx.body;
		ctx.body = {
			token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: token,
		};
	}
	ctx.set('x-ms-request-id', ctx.body?.trace_id ?? crypto.randomUUID());
	seen.push({
		at: Date.now() / 1000,
		method: ctx.method,
		path: ctx.path,
		type: ctx.get('content-type'),
		client: asked.client_id,
		scope: asked.scope,
		status: ctx.status,
		token: ctx.body?.access_token,
		trace: ctx.body?.trace_id,
	});
	if (slow) await new Promise((done) => { setTimeout(done, slow); });
});

// ---- doors ----------------------------------------------------------------------------------------

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
	'GET /seen': () => JSON.stringify(seen),
};
http.createServer((request, response) => {
	let text = '';
	request.on('data', (bytes) => { text += bytes; });
	request.on('end', () => {
		const handler = control[`${request.method} ${request.url}`];
		if (!handler) response.writeHead(404).end();
		else response.end(handler(text ? JSON.parse(text) : {}));
	});
}).listen(config.control, config.address);

process.on('SIGTERM', () => process.exit(0));
