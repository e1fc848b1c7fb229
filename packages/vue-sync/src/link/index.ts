export { createLink } from './link.ts'
export type { Link, LinkOptions, LinkState, LinkStatus, LinkWorld } from './link.ts'
export { createDialReports, mixedContent, readLink } from './dial-reports.ts'
export { problemOf } from './problem.ts'
