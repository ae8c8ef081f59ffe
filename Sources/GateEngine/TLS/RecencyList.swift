/// A bounded map that forgets what was used least recently: a dictionary into a ring of linked nodes.
struct RecencyList<Value> {
    fileprivate struct Node {
        var key: String
        var value: Value
        var newer: Int
        var older: Int
    }

    private let capacity: Int
    private var places: [String: Int] = [:]
    /// Never shrinks: a forgotten node's place is taken by its successor.
    private var nodes: [Node] = []
    private var newest = -1
    private var oldest = -1

    /// `capacity`: entries at most, at least one.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    var count: Int { nodes.count }

    mutating func removeAll() {
        places.removeAll()
        nodes.removeAll()
        newest = -1
        oldest = -1
    }

    /// The value of `key`, made by `make` when it is not there; it is the newest afterwards.
    mutating func value(for key: String, make: () -> Value) -> Value {
        if let place = places[key] {
            if place != newest {
                unlink(place)
                linkAsNewest(place)
            }
            return nodes[place].value
        }
        let value = make()
        let node = Node(key: key, value: value, newer: -1, older: -1)
        if nodes.count < capacity {
            nodes.append(node)
            places[key] = nodes.count - 1
            linkAsNewest(nodes.count - 1)
        } else {
            let place = oldest
            unlink(place)
            places[nodes[place].key] = nil
            nodes[place] = node
            places[key] = place
            linkAsNewest(place)
        }
        return value
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (nodes[place].newer, nodes[place].older)
        if newer >= 0 { nodes[newer].older = older } else { newest = older }
        if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
    }

    private mutating func linkAsNewest(_ place: Int) {
        nodes[place].newer = -1
        nodes[place].older = newest
        if newest >= 0 { nodes[newest].newer = place } else { oldest = place }
        newest = place
    }
}

extension RecencyList: Sendable where Value: Sendable {}
extension RecencyList.Node: Sendable where Value: Sendable {}
