/**
 * A CTE that spares its statement the wait for the disk, where something else in it reads from `unflushed`. For what may be
 * lost with the machine: the event is then sent again, with the same id. A checkpoint is always flushed, and with it
 * everything that was written before.
 */
export const UNFLUSHED = `unflushed as materialized (select set_config('synchronous_commit', 'off', true))`;
