export { readCloudAccess } from './access.ts';
export type { CloudAccess } from './access.ts';
export { Cloud } from './cloud.ts';
export { CloudConfigError, CloudError } from './errors.ts';
export type { Found } from './found.ts';
export type { KnownToken } from './keystone.ts';
export type { FloatingIp, Network, Port, SecurityGroup } from './neutron.ts';
export type { Server } from './nova.ts';
export type { RequestReport } from './service.ts';
