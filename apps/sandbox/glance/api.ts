import type { ServiceApi } from '../http.ts';
import { Fault, paged } from '../http.ts';
import type { CloudState } from '../state.ts';

/**
 * Glance v2, as far as finding images goes.
 *
 * @see https://docs.openstack.org/api-ref/image/v2/
 */
export function glance(state: CloudState, offered: (name: string) => boolean): ServiceApi {
  const images = () =>
    state.images
      .filter(({ name }) => offered(name))
      .map(({ id, name, created }) => ({
        id,
        name,
        status: 'active',
        visibility: 'public',
        container_format: 'bare',
        disk_format: 'raw',
        min_disk: 1,
        min_ram: 64,
        size: 1_048_576,
        tags: [],
        created_at: created,
        updated_at: created,
        file: `/v2/images/${id}/file`,
        schema: '/v2/schemas/image',
      }));
  return {
    name: 'glance',
    prefix: '/image',
    open: /^\/(versions)?$/,
    error: (_status, message) => message,
    routes: [
      [
        'GET',
        /^\/(versions)?$/,
        () => ({ status: 300, body: { versions: [{ id: 'v2.15', status: 'CURRENT' }] } }),
      ],
      [
        'GET',
        /^\/v2\/images$/,
        ({ query }) => {
          const name = query.get('name');
          const found = images().filter((image) => name === null || image.name === name);
          const { page, next } = paged(found, query, 25);
          const more = next === null ? {} : { next: `/v2/images?${next.toString()}` };
          return {
            status: 200,
            body: { images: page, schema: '/v2/schemas/images', first: '/v2/images', ...more },
          };
        },
      ],
      [
        'GET',
        /^\/v2\/images\/([^/]+)$/,
        ({ params: [id = ''] }) => {
          const image = images().find((candidate) => candidate.id === id);
          if (image === undefined) throw new Fault(404, `No image found with ID ${id}`);
          return { status: 200, body: image };
        },
      ],
    ],
  };
}
