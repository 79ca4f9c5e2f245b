/** What must never be told of it. */
export const nothingOf =
  /gAAAA|203\.0\.113|198\.51\.100|fa:16|orders-db|oslab-compute|lab\.small|private words|8a2c7e0e|5f1d0a1b|0b5cf5a8|demo|Traceback/;

/** A notification as oslo.messaging 14 (driver `messagingv2`) and Nova 26 send it: recorded, with a token put in. */
export function novaNotification(
  id: string,
  eventType = 'compute.instance.create.end',
  payload: Readonly<Record<string, unknown>> = {},
): object {
  return {
    message_id: id,
    publisher_id: 'compute.oslab-compute-1',
    event_type: eventType,
    priority: 'INFO',
    payload: { ...instance, ...payload },
    timestamp: '2026-11-21 08:36:52.065316',
    _unique_id: '3005dedd47b64ccbbac2ac2d06acaa53',
    _context_user: '5f1d0a1bb4a64d1f8c1f7f5a7e2f9d11',
    _context_project_id: '8a2c7e0e2f6c4f59a0c4b34a3a0d1c55',
    _context_is_admin: false,
    _context_auth_token: 'gAAAAABpIDFs-a-token',
    _context_request_id: 'req-1deab13b-7ca5-4dea-94d4-3ef5f81ced66',
    _context_roles: ['member'],
    _context_user_id: '5f1d0a1bb4a64d1f8c1f7f5a7e2f9d11',
    _context_remote_address: '198.51.100.7',
    _context_service_catalog: [],
    _context_user_name: 'demo',
    _context_project_name: 'demo',
  };
}

/** The same in the envelope, as it is on the wire. */
export const enveloped = (message: object): Buffer =>
  Buffer.from(JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) }));

const instance = {
  tenant_id: '8a2c7e0e2f6c4f59a0c4b34a3a0d1c55',
  user_id: '5f1d0a1bb4a64d1f8c1f7f5a7e2f9d11',
  instance_id: '0b5cf5a8-4a5d-4bb2-9b0a-2c3e8f1c7a11',
  display_name: 'orders-db',
  reservation_id: 'r-9k3x1p2q',
  hostname: 'orders-db',
  instance_type: 'lab.small',
  instance_type_id: 2,
  instance_flavor_id: '2',
  architecture: null,
  memory_mb: 512,
  disk_gb: 1,
  vcpus: 1,
  host: 'oslab-compute-1',
  node: 'oslab-compute-1',
  availability_zone: 'nova',
  created_at: '2026-03-01 12:00:00+00:00',
  terminated_at: '',
  deleted_at: '',
  launched_at: '2026-03-01T12:00:01.000000',
  image_ref_url: 'http://127.59.0.1:9292/images/6f1c',
  state: 'active',
  state_description: '',
  progress: '',
  access_ip_v4: null,
  fixed_ips: [
    { address: '203.0.113.9', type: 'fixed', version: 4, label: 'lab-net', vif_mac: 'fa:16:3e:11:22:33' },
  ],
  metadata: { purpose: 'private words' },
  message: 'Success',
};
