import PolicyCore
import WireFormat

extension Resource {
    /// The resource of an AuthZEN request, with everything that is known as its properties.
    var question: JSONValue {
        var properties = attributes
        properties["tenant"] = tenant.map(JSONValue.string)
        properties["subject_id"] = subjectID.map(JSONValue.string)
        properties["manager_chain"] = managerChain.map { JSONValue($0) }
        // A record that does not exist yet has no id; AuthZEN wants one.
        return [
            "type": .string(type), "id": .string(id ?? Self.newRecord), "properties": .object(properties),
        ]
    }

    /// Stands for the id of a record that is to be created. It is no UUID, so no record has it.
    static var newRecord: String { "new" }
}
