import PolicyCore
import PolicyTools
import Testing
import WireFormat

@Suite struct RoleMatrixTests {
    @Test func cellsTellScopeConditionsDenialsAndObligations() throws {
        let matrix = RoleMatrix(try FixturePolicies.bundle())
        #expect(
            matrix.csv == """
                action,employee,manager,hr_lead,agent\r
                leave.approve,-,all*!+,all!+,-\r
                leave.export,self*+,self*+,all+,-\r
                leave.view,self,sub(any),all,-\r

                """)
        #expect(matrix.text.contains("leave.view     self      sub(any)  all      -\n"))
        #expect(matrix.wire["actions"]?["leave.approve"]?["manager"]?["conditional"]?.array?.count == 1)
    }

    @Test func anOverlayNarrowsTheMatrixOfItsOrganisation() throws {
        let overlay = PolicyFile(
            path: "overlay.yaml",
            text: """
                overlay: acme
                modules:
                  leave:
                    grants: [{roles: [manager, hr_lead], actions: [view], scope: sub, depth: direct}]
                """)
        let bundle = try PolicyBundle.load(files: try FixturePolicies.files() + [overlay])
        #expect(RoleMatrix(bundle).cell("hr_lead", "leave.view") == "all")
        let narrowed = RoleMatrix(bundle, tenant: "acme")
        #expect(narrowed.cell("hr_lead", "leave.view") == "sub(direct)")
        #expect(narrowed.cell("employee", "leave.view") == "-")
    }

    @Test func thePageNeedsNothingElseAndEscapesNames() throws {
        let bundle = try FixturePolicies.bundle()
        let html = RoleMatrix(bundle, tenant: "<b>").html
        #expect(html.contains("&lt;b&gt;"))
        for word in ["<script", "http:", "https:", "src=", "<link"] { #expect(!html.contains(word), "\(word)") }
    }
}
