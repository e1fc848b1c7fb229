import { describe, expect, it } from 'vitest'
import { readCsv, readCsvFile, shorteningOf, thinOut } from './csv.ts'

describe('readCsv', () => {
  it('uses the first column as the label and the first numeric column as the value', () => {
    expect(readCsv('day,note,temp\nMon,fine,3.5\nTue,wet,-1\n')).toEqual([
      { t: 'Mon', v: 3.5 },
      { t: 'Tue', v: -1 },
    ])
  })

  it('reads semicolons, quotes, currency and percent', () => {
    expect(readCsv('a;b\n"x;y";$3\nz;4%')).toEqual([
      { t: 'x;y', v: 3 },
      { t: 'z', v: 4 },
    ])
  })

  it('keeps only the rows that match where', () => {
    const text = 'symbol,date,price\nA,d1,1\nB,d1,9\nA,d2,2'
    expect(readCsv(text, { value: 'price', where: ['symbol', 'A'] })).toEqual([
      { t: 'd1', v: 1 },
      { t: 'd2', v: 2 },
    ])
  })

  it.each([
    ['', 'The file is empty'],
    ['\n \n', 'The file is empty'],
    ['a\n1\n2', 'only one column'],
    ['a,b\n1,2', 'fewer than two rows'],
    ['a,b\nx,y\nz,w', 'Row 2 has no number'],
    ['a,b\nx,1\ny,oops', 'Row 3, column “b” holds “oops”'],
    ['a,b\nx,1\ny,', 'Row 3, column “b” holds “”'],
    ['a,b\nx,1\n"y,2', 'quote that is never closed'],
    ['PK\0\x03\x04', 'not a text file'],
    ['a,b\n' + 'x,1\n'.repeat(2_000_000), 'larger than 5 MB'],
  ])('reports what is wrong with an invalid file (%#)', (text, problem) => {
    expect(() => readCsv(text)).toThrow(problem)
  })

  it('names a series after its file', async () => {
    const file = new File(['a,b\nx,1\ny,2'], 'Harvest 2026.csv')
    expect((await readCsvFile(file)).series.title).toBe('Harvest 2026')
  })
})

describe('thinOut', () => {
  it('averages neighbouring points, and leaves short series unchanged', () => {
    const points = Array.from({ length: 10 }, (_, index) => ({ t: `t${index}`, v: index }))
    expect(thinOut(points, 10)).toBe(points)
    expect(thinOut(points, 5)).toEqual([
      { t: 't0', v: 0.5 },
      { t: 't2', v: 2.5 },
      { t: 't4', v: 4.5 },
      { t: 't6', v: 6.5 },
      { t: 't8', v: 8.5 },
    ])
  })
})

describe('a file with more values than a screen can show', () => {
  it('is shown as averages, and says how many values it has', async () => {
    const file = new File([`a,b\n${'x,1\n'.repeat(1200)}`], 'long.csv')
    const { series, values } = await readCsvFile(file)
    expect([series.points.length, values]).toEqual([400, 1200])
    expect(shorteningOf(series.points.length, values)).toBe(
      '400 points are shown. They are averages of all 1,200 values.',
    )
  })

  it('is told apart from one that is shown whole', () => {
    expect(shorteningOf(400, 400)).toBe('')
  })
})
