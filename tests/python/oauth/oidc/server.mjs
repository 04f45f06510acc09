// oidc-provider with the applications of the test; whoever comes is signed in as alex.
//
//   node server.mjs MODULES < {"keys": […]}     prints {"port": …} when it listens
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.argv[2]}/package.json`);
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);
const { keys } = JSON.parse(readFileSync(0, 'utf8'));

const code = ['authorization_code', 'refresh_token'];
const device = 'urn:ietf:params:oauth:grant-type:device_code';
const none = { redirect_uris: [], response_types: [] };
const configuration = {
  clients: [
    {
      client_id: 'desktop', token_endpoint_auth_method: 'none', application_type: 'native',
      redirect_uris: ['http://localhost'], grant_types: code,
    },
    {
      client_id: 'box', token_endpoint_auth_method: 'none', application_type: 'native',
      grant_types: [device, 'refresh_token'], ...none,
    },
    {
      client_id: 'daemon', client_secret: 'the secret of the daemon', scope: 'mail.read',
      token_endpoint_auth_method: 'client_secret_post', grant_types: ['client_credentials'], ...none,
    },
    ...keys.map((key) => ({
      client_id: `signer-${key.kty}`, token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: key.kty === 'RSA' ? 'PS256' : 'ES256', jwks: { keys: [key] },
      scope: 'mail.read', grant_types: ['client_credentials'], ...none,
    })),
  ],
  scopes: ['openid', 'offline_access', 'mail.read'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  cookies: { keys: ['for tests only'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, configuration);
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    const result = {};
    if (prompt.name === 'login') {
      result.login = { accountId: 'alex' };
    } else {
      const grant = (grantId && await provider.Grant.find(grantId))
        || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
      grant.addOIDCScope('openid offline_access mail.read');
      result.consent = { grantId: await grant.save() };
    }
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  });
  console.log(JSON.stringify({ port }));
});
process.stdout.on('error', () => process.exit());
