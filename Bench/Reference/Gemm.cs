using NativeSsl.Bench.Measure;
using TorchSharp;

namespace NativeSsl.Bench.Reference;

/// <summary>Matrix products through the public op, each in a step of its own, against <c>torch.mm</c>.</summary>
static class Gemm
{
    static readonly Dictionary<string, string> HeldToAvx2 = new()
    {
        ["ATEN_CPU_CAPABILITY"] = "avx2",
        ["MKL_ENABLE_INSTRUCTIONS"] = "AVX2",
        ["ONEDNN_MAX_CPU_ISA"] = "AVX2",
    };

    public static void Run(string[] arguments)
    {
        bool avx2 = arguments.Contains("--avx2");
        Both.Begin(arguments);
        CpuBackend ours = avx2 ? new CpuBackend(Both.Threads, SimdWidth.Bits256) : Both.Ours;
        var report = new Report(avx2 ? "gemm-avx2" : "gemm", avx2 ? "Matrix products, both sides held to AVX2" : "Matrix products");
        report.Text($"Two threads a side. Ours: {ours.Simd}. libtorch: {Libtorch.Capability()}. N: as stored, T: transposed; M × N × K.");
        report.PairHead("product", speeds: true);
        Dictionary<int, List<double>> square = [];
        foreach (int size in (int[])[128, 256, 512, 1024, 2048])
            foreach (string orientation in (string[])["NN", "NT", "TN"])
            {
                double ratio = Product(report, ours, orientation, size, size, size);
                square[size] = [.. square.GetValueOrDefault(size) ?? [], ratio];
            }
        List<double> skinny = [];
        if (!avx2)
            foreach (GptSize model in GptSize.Trained)
                foreach (var (what, orientation, m, n, k) in ProductsOf(model)) skinny.Add(Product(report, ours, orientation, m, n, k, $"{model.Name} {what}: "));
        report.EndTable();

        double limit = avx2 ? 1 / 0.85 : 1;
        string held = avx2 ? ", AVX2 against AVX2" : "";
        foreach (var (size, ratios) in square) report.Goal($"matrix product {size}³{held}, median of NN, NT, TN", Statistics.Median(ratios), limit);
        if (skinny.Count > 0) report.Goal("all products, median", Statistics.Median([.. square.Values.SelectMany(ratios => ratios), .. skinny]), 1);
        if (skinny.Count > 0) report.Goal("skinny products of the models, median", Statistics.Median(skinny), 1);
        if (skinny.Count > 0) report.Goal("skinny products of the models, the worst", skinny.Max(), 1);
        if (!avx2 && CpuBackend.Widest == SimdWidth.Bits256)
            report.Goal("AVX2 against AVX2 (all that this machine has), the worst square product", square.Values.Max(Statistics.Median), 1 / 0.85);
        report.Save($"dotnet run -c Release --project Bench -p:Libtorch=true -- gemm{(avx2 ? " --avx2" : "")}");
        if (!avx2 && CpuBackend.Widest > SimdWidth.Bits256) Self.Run(["gemm", "--avx2", .. arguments], HeldToAvx2);
    }

    // Forward x Wᵀ, backward dy W and dyᵀ x, of every linear layer.
    static IEnumerable<(string What, string Orientation, int M, int N, int K)> ProductsOf(GptSize model)
    {
        int rows = model.Tokens, width = model.Width;
        foreach (var (name, inputs, outputs) in ((string, int, int)[])[("qkv", width, 3 * width), ("projection", width, width), ("up", width, 4 * width),
            ("down", 4 * width, width), ("head", width, model.Vocabulary)])
        {
            yield return (name, "NT", rows, outputs, inputs);
            yield return ($"{name} dx", "NN", rows, inputs, outputs);
            yield return ($"{name} dW", "TN", outputs, inputs, rows);
        }
    }

    static double Product(Report report, CpuBackend ours, string orientation, int m, int n, int k, string what = "")
    {
        bool transposeA = orientation[0] == 'T', transposeB = orientation[1] == 'T';
        (int, int) aShape = transposeA ? (k, m) : (m, k), bShape = transposeB ? (n, k) : (k, n);
        float[] aValues = Both.Draw((long)m * k, 1), bValues = Both.Draw((long)k * n, 2);
        Tensor a = Tensor.From(ours, [aShape.Item1, aShape.Item2], aValues), b = Tensor.From(ours, [bShape.Item1, bShape.Item2], bValues);
        using TorchTensor aTorch = Both.Torch(aValues, aShape.Item1, aShape.Item2), bTorch = Both.Torch(bValues, bShape.Item1, bShape.Item2);
        using TorchTensor left = transposeA ? aTorch.t() : aTorch.alias(), right = transposeB ? bTorch.t() : bTorch.alias();
        using (var step = new Step(ours))
        using (TorchTensor expected = torch.mm(left, right))
            Both.Agree($"{orientation} {m} × {n} × {k}", a.MatMul(b, transposeA, transposeB).ToArray(), expected);
        using var noGradient = torch.no_grad();
        Pair pair = Both.Measure(
            () => { using var step = new Step(ours); a.MatMul(b, transposeA, transposeB); },
            () => torch.mm(left, right).Dispose(), m * (double)n * k > 1e9 ? 2 : 0.8);
        report.Row($"{what}{orientation} {m} × {n} × {k}", pair, 2.0 * m * n * k);
        return pair.Ratio;
    }
}
