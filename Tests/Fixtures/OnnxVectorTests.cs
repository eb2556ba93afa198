using Xunit.Abstractions;

namespace NativeSsl.Tests.Fixtures;

/// <summary>Our ops against the test vectors of the ONNX project, whose outputs were computed by NumPy:
/// an oracle that nobody here wrote.</summary>
public sealed class OnnxVectorTests(ITestOutputHelper output)
{
    // How many vectors were covered when this was written: fewer would mean that an op, or the test of it, has been lost.
    const int Covered = 143;

    [DataFact("onnx_node_vectors/onnx_tests.jsonl")]
    public void Every_vector_of_an_operator_that_we_have_agrees()
    {
        SortedDictionary<string, int> covered = [];
        SortedDictionary<string, List<string>> refused = [];
        List<string> failures = [];
        var backend = new CpuBackend(2);
        foreach (OnnxVector vector in OnnxVector.Read(Path.Combine(DataFactAttribute.Folder!, "onnx_node_vectors/onnx_tests.jsonl")))
        {
            if (!OnnxOperators.All.TryGetValue(vector.Operator, out OnnxOperators.Operator? op)) continue;
            using var step = new Step(backend);
            try
            {
                Compare(vector, op(vector, backend), failures);
                covered[vector.Operator] = covered.GetValueOrDefault(vector.Operator) + 1;
            }
            catch (OnnxOperators.NotCovered reason)
            {
                if (!refused.TryGetValue($"{vector.Operator}: {reason.Message}", out List<string>? names))
                    refused[$"{vector.Operator}: {reason.Message}"] = names = [];
                names.Add(vector.Name);
            }
        }
        foreach (var (name, count) in covered) output.WriteLine($"{count,3} {name}");
        foreach (var (reason, names) in refused) output.WriteLine($"not covered: {reason} ({string.Join(", ", names)})");
        Assert.Empty(failures);
        Assert.True(covered.Values.Sum() >= Covered,
            $"{covered.Values.Sum()} vectors were covered, {Covered} before: " +
            $"{string.Join(", ", covered.Select(c => $"{c.Key} {c.Value}"))}");
    }

    static void Compare(OnnxVector vector, Tensor[] actual, List<string> failures)
    {
        for (int k = 0; k < Math.Min(actual.Length, vector.OutputCount); k++)
        {
            float[] expected = vector.Output(k), ours = actual[k].ToArray();
            int[] shape = vector.OutputLengths(k);
            if (actual[k].Shape != shape)
            {
                failures.Add($"{vector}: output {k} has shape {actual[k].Shape}, not [{string.Join(", ", shape)}]");
                continue;
            }
            for (int i = 0; i < ours.Length; i++)
            {
                bool same = float.IsNaN(expected[i]) ? float.IsNaN(ours[i])
                    : expected[i] == ours[i] || Math.Abs(expected[i] - ours[i]) <= 2e-6 + 1e-5 * Math.Abs(expected[i]);
                if (same) continue;
                failures.Add($"{vector}: output {k} [{i}] is {ours[i]:R}, ONNX says {expected[i]:R}");
                break;
            }
        }
    }
}
