import process from 'node:process'

/** The id of the user and of the group that may do everything. */
export const ROOT = 0
/** Windows does not use owners and permission bits. */
export const HAS_MODES = process.platform !== 'win32'
