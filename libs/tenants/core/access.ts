/** What a caller may do. Each may also do what those before it may; `admin` is of the installation, not of a tenant. */
export const roles = ['reader', 'member', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether one role is enough where another is asked for. */
export const suffices = (has: Role, needs: Role): boolean => roles.indexOf(has) >= roles.indexOf(needs);
