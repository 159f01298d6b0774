import Screen
import Testing

@testable import AppCore

struct PaneTreeTests {
    private static let screen = Rect(column: 0, row: 1, columns: 100, rows: 40)
    private static let (one, two, three) = (PaneID(1), PaneID(2), PaneID(3))

    /// One on the left, two above three on the right.
    private static var three3: PaneTree {
        .split(.beside, share: 500, .pane(one), .split(.below, share: 250, .pane(two), .pane(three)))
    }

    @Test func partsShareTheScreenWithALineBetweenWhatIsBeside() {
        let rects = Self.three3.rects(in: Self.screen)
        #expect(
            rects == [
                Self.one: Rect(column: 0, row: 1, columns: 50, rows: 40),
                Self.two: Rect(column: 51, row: 1, columns: 49, rows: 10),
                Self.three: Rect(column: 51, row: 11, columns: 49, rows: 30),
            ])
    }

    @Test(arguments: 1...40)
    func partsNeverOverlapAndLeaveNothingOut(seed: Int) {
        var random = UInt64(seed)
        func below(_ limit: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % limit
        }
        var tree = PaneTree.pane(PaneID(0))
        for number in 1...(1 + below(9)) {
            let there = tree.panes
            tree.split(
                there[below(there.count)], below(2) == 0 ? .beside : .below, share: below(1200) - 100,
                new: PaneID(number))
        }
        let screen = Rect(column: 0, row: 1, columns: below(120), rows: below(50))
        var covered: Set<Position> = []
        var count = 0
        let lines = tree.borders(in: screen).filter { $0.axis == .beside }.map(\.rect)
        for rect in Array(tree.rects(in: screen).values) + lines {
            for row in 0..<rect.rows {
                for column in 0..<rect.columns {
                    let position = Position(column: rect.column + column, row: rect.row + row)
                    covered.insert(position)
                    count += 1
                    #expect(screen.contains(position))
                }
            }
        }
        #expect(covered.count == count && count == screen.columns * screen.rows)
    }

    @Test func aPaneThatGoesLeavesItsRoomToTheOthers() {
        #expect(
            Self.three3.keeping { $0 != Self.two } == .split(.beside, share: 500, .pane(Self.one), .pane(Self.three)))
        #expect(Self.three3.keeping { $0 == Self.three } == .pane(Self.three))
        #expect(Self.three3.keeping { _ in false } == nil)
    }

    @Test func growingMovesTheNearestBorderOfThatDirection() {
        var tree = Self.three3
        let grew = tree.grow(Self.three, .below, by: 4, in: Self.screen)
        #expect(tree.rects(in: Self.screen)[Self.three]?.rows == 34)
        let widened = tree.grow(Self.two, .beside, by: 10, in: Self.screen)
        #expect(tree.rects(in: Self.screen)[Self.one]?.columns == 40)
        var alone = PaneTree.pane(Self.one)
        let grewAlone = alone.grow(Self.one, .beside, by: 4, in: Self.screen)
        #expect(grew && widened && !grewAlone)
    }

    @Test func noPartIsEverPushedOffTheScreen() {
        var tree = Self.three3
        for _ in 0..<100 { _ = tree.grow(Self.one, .beside, by: 4, in: Self.screen) }
        #expect(tree.rects(in: Self.screen)[Self.two]?.columns == 4)
        for border in tree.borders(in: Self.screen) { tree.move(border, to: Position(column: -5, row: -5)) }
        #expect(tree.rects(in: Self.screen).values.allSatisfy { $0.columns > 0 && $0.rows > 0 })
    }

    @Test(arguments: [20, 51, 70])
    func aBorderGoesWhereItIsDraggedTo(column: Int) throws {
        var tree = Self.three3
        let border = try #require(tree.borders(in: Self.screen).first)
        tree.move(border, to: Position(column: column, row: 9))
        #expect(tree.borders(in: Self.screen).first?.rect.column == column)
    }

    @Test func neighboursLieInTheirDirection() {
        let tree = Self.three3
        #expect(tree.neighbour(of: Self.one, .right, in: Self.screen) == Self.two)
        #expect(tree.neighbour(of: Self.three, .left, in: Self.screen) == Self.one)
        #expect(tree.neighbour(of: Self.three, .up, in: Self.screen) == Self.two)
        #expect(tree.neighbour(of: Self.one, .up, in: Self.screen) == nil)
    }

    @Test func turningAndSwappingKeepEveryPane() {
        var tree = Self.three3
        tree.rotate(Self.three)
        #expect(
            tree
                == .split(
                    .beside, share: 500, .pane(Self.one),
                    .split(.beside, share: 250, .pane(Self.two), .pane(Self.three))))
        tree.swap(Self.one, Self.three)
        #expect(tree.panes == [Self.three, Self.two, Self.one])
        tree.equalize()
        #expect(tree.rects(in: Self.screen)[Self.one]?.columns == 24)
    }
}
