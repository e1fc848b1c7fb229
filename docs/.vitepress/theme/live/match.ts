export interface Player {
  team: 'home' | 'away'
  number: number
  name: string
  points: number
  fouls: number
}

export interface Play {
  seconds: number
  team: 'home' | 'away'
  player: string
  points: number
}

/** What the host publishes: a scoreboard with both teams and the latest plays. */
export interface Match {
  home: number
  away: number
  /** Seconds left on the clock. */
  seconds: number
  message: string
  players: Player[]
  /** The latest ones last. */
  plays: Play[]
}

export const TEAMS = { home: 'Hawks', away: 'Owls' } as const
export const LONGEST_CLOCK = 600
export const LONGEST_MESSAGE = 40
const MOST_PLAYS = 40
const NAMES = {
  home: 'Abel Bruno Chen Diaz Evans Fritz Gupta Hall Ivanov Jansen Kim Lopez'.split(' '),
  away: 'Moreau Novak Olsen Park Quinn Rossi Sato Torres Ueda Varga Wolf Young'.split(' '),
}

function playersOf(team: Player['team'], points: number[]): Player[] {
  return NAMES[team].map((name, index) => ({
    team,
    number: index + 4,
    name,
    points: points[index] ?? 0,
    fouls: index % 3,
  }))
}

/** The same match for every visitor, so that the server renders what the browser then runs. */
export function openingMatch(): Match {
  const players = [
    ...playersOf('home', [14, 9, 7, 6, 4, 2]),
    ...playersOf('away', [11, 10, 8, 5, 4]),
  ]
  const plays = Array.from({ length: MOST_PLAYS }, (_, index): Play => {
    const team = index % 2 === 0 ? 'home' : 'away'
    const player = NAMES[team][(index * 5) % 6]!
    return { seconds: 590 - index * 7, team, player, points: 1 + (index % 3) }
  })
  return { home: 42, away: 38, seconds: 312, message: 'Fourth quarter', players, plays }
}

/** Adds points for one of the first five players of a team. */
export function score(match: Match, team: Player['team'], points: number): void {
  match[team] += points
  const five = match.players.filter((player) => player.team === team).slice(0, 5)
  const player = five[match[team] % five.length]!
  player.points += points
  if (match.plays.length >= MOST_PLAYS) match.plays.shift()
  match.plays.push({ seconds: match.seconds, team, player: player.name, points })
}

export function formatClock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
