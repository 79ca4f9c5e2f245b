import type { Variables } from '#platform';
import type { Logger } from '../logger.ts';
import { Bridge } from './bridge.ts';
import { openGerrit } from './gerrit.ts';
import { openOpenStack } from './openstack.ts';

/** What the sources are configured by; without them there are none. */
export const sourceVariables = [
  'MQTT_GERRIT_URL',
  'MQTT_OPENSTACK_URL',
  'WARRENER_GERRIT_URL',
  'WARRENER_GERRIT_KEY_FILE',
  'WARRENER_GERRIT_HOST_KEY',
  'WARRENER_NOTIFICATIONS_URL',
  'WARRENER_NOTIFICATIONS_EXCHANGES',
  'WARRENER_INSTALLATION',
] as const;

/** Every source Warrener knows. A new one is a file beside these, and a line here. */
const openers = [openGerrit, openOpenStack];

/**
 * The sources that are configured, each with its way to the firehose, not started.
 *
 * @throws ConfigError where one is configured by halves
 */
export async function openSources(
  config: Pick<Variables, (typeof sourceVariables)[number]>,
  { opaque, logger }: { readonly opaque: (text: string) => string; readonly logger: Logger },
): Promise<Bridge[]> {
  const opened = await Promise.all(openers.map(async (open) => open(config, opaque)));
  return opened.flatMap((one) => (one === undefined ? [] : [new Bridge({ ...one, logger })]));
}
