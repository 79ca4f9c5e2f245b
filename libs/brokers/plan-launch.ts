import type { Found } from '#openstack';
import type { FieldError } from '#platform';
import { Problem } from '#platform';
import type { BrokerRequest, Named } from './core/broker.ts';
import { credentialProblems } from './engines/credentials.ts';
import { engines } from './engines/index.ts';
import type { EngineName } from './engines/index.ts';
import type { BrokerWorld } from './world.ts';

/** What a caller asked for; things of the cloud by name or id. */
export interface LaunchRequest {
  readonly name: string;
  readonly image: string;
  readonly flavor: string;
  readonly network: string;
  readonly key: string;
  readonly admin_username: string;
  readonly admin_password: string;
  readonly engine?: EngineName | undefined;
  readonly floating_network?: string | undefined;
}

/**
 * Checks a launch before anything is made: the administrator against the engine's rules, and everything it names against
 * the cloud. Tells all that is wrong at once.
 *
 * @throws Problem `invalid-request`, `not-launchable` or `ambiguous`, with the fields at fault; CloudError where the cloud cannot be asked
 */
export async function planLaunch(
  world: Pick<BrokerWorld, 'cloud'>,
  request: LaunchRequest,
): Promise<{ plan: BrokerRequest; adminPassword: string }> {
  const credentials = { adminUsername: request.admin_username, adminPassword: request.admin_password };
  // Checked against the cloud's answer only where it must be: what can be refused at once is.
  const early = request.engine === undefined ? [] : credentialProblems(engines[request.engine], credentials);
  if (early.length > 0) throw invalid(early);

  const { glance, nova, neutron } = world.cloud;
  const [image, flavor, network, key, external] = await Promise.all([
    glance.findImage(request.image),
    nova.findFlavor(request.flavor),
    neutron.findNetwork(request.network),
    nova.findKeypair(request.key),
    request.floating_network === undefined ? undefined : neutron.findNetwork(request.floating_network),
  ]);
  const errors: FieldError[] = [
    ...notFound('image', request.image, image),
    ...notFound('flavor', request.flavor, flavor),
    ...notFound('network', request.network, network),
    ...(external === undefined ? [] : notFound('floating_network', request.floating_network ?? '', external)),
    ...(key === undefined ? [{ field: 'key', message: `the cloud has no key pair "${request.key}"` }] : []),
  ];
  if (network.kind === 'found' && network.thing.subnetIds.length === 0)
    errors.push({ field: 'network', message: 'has no subnet to take an address from' });
  if (external?.kind === 'found' && !external.thing.external)
    errors.push({ field: 'floating_network', message: 'is no external network' });
  if (errors.length > 0) {
    const ambiguous = [image, flavor, network, external].some((found) => found?.kind === 'ambiguous');
    throw new Problem(
      ambiguous ? 'ambiguous' : 'not-launchable',
      errors.map(({ field, message }) => `${field}: ${message}`).join('; '),
      { errors },
    );
  }

  const found = (thing: Found<Named> | undefined): Named | null =>
    thing?.kind === 'found' ? { id: thing.thing.id, name: thing.thing.name } : null;
  const chosen = { image: found(image), flavor: found(flavor), network: found(network) };
  if (chosen.image === null || chosen.flavor === null || chosen.network === null || key === undefined)
    throw new Error('a launch with errors was planned');
  const engine = request.engine ?? engineOfImage(chosen.image.name);
  if (engine === undefined) {
    const message = `the image "${chosen.image.name}" does not tell; say one of: ${Object.keys(engines).join(', ')}`;
    throw invalid([{ field: 'engine', message }]);
  }
  const late = credentialProblems(engines[engine], credentials);
  if (late.length > 0) throw invalid(late);
  const plan = {
    name: request.name,
    engine,
    image: chosen.image,
    flavor: chosen.flavor,
    network: chosen.network,
    key_pair: key.name,
    admin_username: request.admin_username,
    floating_network: found(external),
  };
  return { plan, adminPassword: request.admin_password };
}

/** The engine an image's name tells; undefined for a plain one. */
function engineOfImage(name: string): EngineName | undefined {
  const names = Object.keys(engines) as EngineName[];
  return names.find((engine) =>
    engines[engine].images.some((image) => image.toLowerCase() === name.toLowerCase()),
  );
}

const invalid = (errors: readonly FieldError[]): Problem =>
  new Problem('invalid-request', errors.map(({ field, message }) => `${field}: ${message}`).join('; '), {
    errors,
  });

function notFound(field: string, asked: string, found: Found<unknown>): readonly FieldError[] {
  if (found.kind === 'none')
    return [{ field, message: `the cloud has no ${field.replace('_', ' ')} "${asked}"` }];
  if (found.kind === 'ambiguous')
    return [{ field, message: `"${asked}" could be any of ${found.ids.join(', ')}; use the id` }];
  return [];
}
