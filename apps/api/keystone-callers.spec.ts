import type { EventLog } from '#event-log';
import { KeystoneCallers, roleOf } from './keystone-callers.ts';

test.each([
  [['reader'], false, 'reader'],
  [['reader', 'member'], false, 'member'],
  [['admin', 'member', 'reader'], false, 'member'],
  [['admin'], true, 'admin'],
  [['member'], true, 'member'],
  [['auditor'], true, undefined],
  [[], false, undefined],
] as const)(
  'the roles %j (in the project of administrators: %s) are ours: %s',
  (roles, ofInstallation, role) => {
    expect(roleOf(roles, ofInstallation)).toBe(role);
  },
);

describe('Keystone is asked about a token', () => {
  const log = {} as EventLog; // not come to: these tokens are for nobody
  const counted = (answer: () => Promise<null>) => {
    let asked = 0;
    const validate = () => {
      asked += 1;
      return answer();
    };
    return {
      callers: new KeystoneCallers(log, { validate, logIn: async () => null }, undefined),
      asked: () => asked,
    };
  };

  test('once for many calls at once and soon after', async () => {
    const { callers, asked } = counted(async () => null);
    await Promise.all(Array.from({ length: 20 }, () => callers.callerOf('a')));
    expect(await callers.callerOf('a')).toBeUndefined();
    expect(asked()).toBe(1);
  });

  test('again where it could not answer', async () => {
    const { callers, asked } = counted(() => Promise.reject(new Error('away')));
    await expect(callers.callerOf('a')).rejects.toThrow('away');
    await expect(callers.callerOf('a')).rejects.toThrow('away');
    expect(asked()).toBe(2);
  });

  test('again where so many others came since that it was forgotten', async () => {
    const { callers, asked } = counted(async () => null);
    for (let index = 0; index < 1_001; index += 1) await callers.callerOf(`token ${index}`);
    await callers.callerOf('token 1000');
    expect(asked()).toBe(1_001);
    await callers.callerOf('token 0');
    expect(asked()).toBe(1_002);
  });
});
