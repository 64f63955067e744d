import json
import subprocess
import sys

from conftest import ROOT

APP = ROOT / "tests" / "app" / "template.yaml"


def translate(*options, template=APP):
    ran = subprocess.run(
        [sys.executable, "-m", "local_aws.translate", str(template), *options], cwd=ROOT, capture_output=True, text=True
    )
    return ran.returncode, ran.stdout, ran.stderr


def test_a_sam_template_becomes_cloudformation():
    code, printed, complaints = translate("--parameter", "Stage=trial")
    assert code == 0, complaints
    resources = json.loads(printed)["Resources"]
    assert not [r for r in resources.values() if r["Type"].startswith("AWS::Serverless::")]
    assert resources["Worker"]["Properties"]["Code"]["S3Key"].endswith("/Worker.zip")
    assert resources["Approval"]["Properties"]["DefinitionS3Location"]["Key"].endswith("/approval.asl.json")
    assert resources["WorkerWork"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert resources["WorkerRole"]["Properties"]["Policies"]


def test_a_broken_template_is_an_error(tmp_path):
    broken = tmp_path / "t.yaml"
    broken.write_text("Transform: AWS::Serverless-2016-10-31\nResources: {Fn: {Type: AWS::Serverless::Function, Properties: {Handler: h}}}\n")
    code, printed, complaints = translate(template=broken)
    assert code != 0 and not printed and "Fn" in complaints
