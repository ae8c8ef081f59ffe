import CGate
import GatePolicy
