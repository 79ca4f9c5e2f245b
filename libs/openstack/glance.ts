import type { Found } from './found.ts';
import { pick } from './found.ts';
import { Service } from './service.ts';
import type { ServiceOptions } from './service.ts';

export interface Image {
  readonly id: string;
  readonly name: string;
}

/**
 * The part of Glance's API that is used: images that a server can be made from.
 *
 * @see https://docs.openstack.org/api-ref/image/v2/
 */
export class Glance {
  readonly #service: Service;

  constructor(options: ServiceOptions) {
    this.#service = new Service('glance', 'image', options, { suffix: '/v2' });
  }

  /** Images that are ready to be used. */
  async listImages(signal?: AbortSignal): Promise<readonly Image[]> {
    const images = await this.#service.list(
      { path: '/images?status=active', what: 'list images', signal },
      'images',
    );
    return (images as readonly { readonly id: string; readonly name: string | null }[]).map(
      ({ id, name }) => ({ id, name: name ?? '' }),
    );
  }

  async findImage(nameOrId: string, signal?: AbortSignal): Promise<Found<Image>> {
    return pick(await this.listImages(signal), nameOrId);
  }
}
