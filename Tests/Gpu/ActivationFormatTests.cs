using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Activations stored in BFloat16: what writes them rounds what it would have written, what reads them reads exactly those numbers, and they take half the memory.</summary>
public sealed partial class ActivationFormatTests
{
    // Rows of 24 are read by fours, of 21 one by one.
    public static TheoryData<string, int> Writers
    {
        get
        {
            TheoryData<string, int> cases = [];
            foreach (int width in (int[])[24, 21])
                foreach (string name in (string[])["layer norm", "rms norm", "linear", "linear and a residual", "relu", "gelu", "gelu erf", "silu"]) cases.Add(name, width);
            return cases;
        }
    }

    static Tensor[] Draw(GpuBackend gpu, params Shape[] shapes) => [.. shapes.Select((shape, k) =>
    {
        var random = new RandomSource(3, (ulong)k);
        return Tensor.From(gpu, shape, [.. Enumerable.Range(0, (int)shape.Count).Select(_ => random.NextNormal())]).RequireGradient();
    })];

    static float[] Wide(Tensor x) => x.To(Format.Float32).ToArray();

    static float[] Rounded(float[] values) => [.. values.Select(value => BFloat16.Widen(BFloat16.Round(value)))];

    // Fused, or one after the other, each result rounded as it is stored.
    static Tensor Write(string name, Tensor[] x, bool fused)
    {
        Format format = fused ? Format.BFloat16 : Format.Float32;
        Tensor y = name switch
        {
            "layer norm" => x[0].LayerNorm(x[2], x[2], format: format),
            "rms norm" => x[0].RmsNorm(x[2], format: format),
            "linear and a residual" => x[0].Linear(x[1], x[3], residual: x[4], format: format),
            _ => x[0].Linear(x[1], x[3], fused ? ActivationOf(name) : Activation.None, format: format),
        };
        if (fused) return y;
        Tensor before = y.To(Format.BFloat16).To(Format.Float32);
        return ActivationOf(name) switch
        {
            Activation.Relu => before.Relu(), Activation.Gelu => before.Gelu(), Activation.GeluErf => before.GeluErf(), Activation.Silu => before.Silu(), _ => before,
        };
    }

    static Activation ActivationOf(string name) =>
        name switch { "relu" => Activation.Relu, "gelu" => Activation.Gelu, "gelu erf" => Activation.GeluErf, "silu" => Activation.Silu, _ => Activation.None };

    // The same bits, of gradients too; but for a compiler that adds and multiplies at once in the one kernel and not in the other.
    static void Stores(GpuBackend gpu, string name, int width, double tolerance)
    {
        float[][] Run(bool fused)
        {
            using var step = new Step(gpu);
            Tensor[] x = [.. Draw(gpu, [2, 17, width], [20, width], [width], [20]), .. name.EndsWith("residual", StringComparison.Ordinal) ? Draw(gpu, [2, 17, 20]) : []];
            Tensor y = Write(name, x, fused);
            Assert.Equal(fused ? Format.BFloat16 : Format.Float32, y.Format);
            float[] value = Wide(y);
            y.Backward(Draw(gpu, y.Shape)[0]);
            return [Rounded(value), .. x.Where(input => name.EndsWith("norm", StringComparison.Ordinal) ? input == x[0] || input == x[2] : input != x[2]).Select(input => input.Gradient.ToArray())];
        }
        float[][] expected = Run(fused: false), actual = Run(fused: true);
        for (int k = 0; k < expected.Length; k++)
        {
            double allowed = tolerance * expected[k].Max(MathF.Abs);
            for (int i = 0; i < expected[k].Length; i++) Assert.Equal(expected[k][i], actual[k][i], allowed);
        }
    }

    [Theory, MemberData(nameof(Writers))]
    public void What_is_written_is_rounded(string name, int width) => Stores(Devices.Simulator, name, width, 0);

    // One activation: each is a kernel that its compiler takes long for.
    [OpenClTheory, InlineData("layer norm", 24), InlineData("rms norm", 21), InlineData("gelu", 24)]
    public void What_is_written_is_rounded_on_OpenCL_too(string name, int width) => Stores(Devices.OpenCl, name, width, 1.0 / 128);

    // Of a size that is worth forgetting: what is made again is what was there.
    [OpenClTheory, InlineData(true)]
    public void What_was_forgotten_is_made_again_as_it_was(bool forgets)
    {
        Assert.Equal(Run(false), Run(forgets));

        static float[] Run(bool forgets)
        {
            using var step = new Step(Devices.OpenCl);
            Tensor[] x = Draw(Devices.OpenCl, [1024, 16], [1024, 16], [16, 1024]);
            Tensor y = x[0].Linear(x[1], null, Activation.Gelu, format: Format.BFloat16), z = y.Linear(x[2]);
            if (forgets) y.Forget();
            Assert.Equal(forgets, y.Storage.IsReleased);
            z.Backward(Draw(Devices.OpenCl, z.Shape)[0]);
            return [.. x.SelectMany(input => input.Gradient.ToArray())];
        }
    }

    // The same bits whether a number is stored in BFloat16 or is one that could be; laid out first or not, in fragments or in core matrices, and where no tensor core reads it.
    [Theory, InlineData(MatMulPrecision.Float32, false, false), InlineData(MatMulPrecision.BFloat16, false, false), InlineData(MatMulPrecision.BFloat16, true, false), InlineData(MatMulPrecision.TensorFloat32, true, false)]
    [InlineData(MatMulPrecision.BFloat16, true, true), InlineData(MatMulPrecision.TensorFloat32, true, true)]
    public void Products_read_what_was_stored(MatMulPrecision precision, bool laidOut, bool warpGroups)
    {
        using GpuBackend gpu = warpGroups ? GpuBackend.Simulator(warps: 8) : GpuBackend.Simulator();
        (gpu.MatMulPrecision, gpu.LaysOutFragments, gpu.UsesWarpGroups) = (precision, _ => laidOut, warpGroups);
        foreach (int width in (int[])[24, 21])
        {
            float[][] Run(bool stored)
            {
                using var step = new Step(gpu);
                Tensor[] x = Draw(gpu, [33, width], [20, width]);
                Tensor read = x[0].To(Format.BFloat16), y = (stored ? read : read.To(Format.Float32)).Linear(x[1]);
                float[] value = y.ToArray();
                y.Backward(Draw(gpu, y.Shape)[0]);
                return [value, x[0].Gradient.ToArray(), x[1].Gradient.ToArray()];
            }
            float[][] expected = Run(stored: false), actual = Run(stored: true);
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i]);
        }
    }

    // Of what is read and what is written; by fours and one by one; on tensor cores or not. The gradient is Float32, and Relu is open where it was: rounding makes no zero.
    static void Convolves(GpuBackend gpu, int channels, Format read, Format write, string op)
    {
        float[][] Run(bool stored)
        {
            using var step = new Step(gpu, training: true);
            Tensor[] x = Draw(gpu, [2, 5, 6, channels], [16, 3, 3, channels], [channels], [2, 5, 6, channels]);
            Tensor rounded = x[0].To(read), input = stored ? rounded : rounded.To(Format.Float32);
            Format format = stored ? write : Format.Float32;
            Tensor y = op == "convolution" ? input.Conv2d(x[1], padding: 1, format: format)
                : input.BatchNorm(x[2], x[2], Tensor.Zeros(gpu, [channels]), Tensor.Full(gpu, [channels], 1f), activation: Activation.Relu, residual: op == "with a residual" ? x[3] : null, format: format);
            Assert.Equal(format, y.Format);
            float[] value = Wide(y);
            y.Backward(Draw(gpu, y.Shape)[0]);
            return [write == Format.BFloat16 ? Rounded(value) : value, .. (op == "convolution" ? [x[0], x[1]] : op == "with a residual" ? x[2..] : x[2..3]).Append(x[0]).Select(input => input.Gradient.ToArray())];
        }
        float[][] expected = Run(stored: false), actual = Run(stored: true);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i]);
    }

    [Theory, InlineData(16, Format.BFloat16, Format.BFloat16), InlineData(3, Format.BFloat16, Format.BFloat16), InlineData(16, Format.BFloat16, Format.Float32), InlineData(3, Format.BFloat16, Format.Float32)]
    [InlineData(16, Format.Float32, Format.BFloat16), InlineData(3, Format.Float32, Format.BFloat16)]
    public void Convolutions_and_batch_norm_read_and_write_either(int channels, Format read, Format write)
    {
        foreach (string op in (string[])["convolution", "without a residual", "with a residual"]) Convolves(Devices.Simulator, channels, read, write, op);
        Convolves(Rounding(MatMulPrecision.BFloat16), channels, read, write, "convolution");
    }

    // A convolution is a kernel that its compiler takes half a minute for.
    [OpenClTheory, InlineData("with a residual")]
    public void Batch_norm_reads_and_writes_either_on_OpenCL_too(string op) => Convolves(Devices.OpenCl, 16, Format.BFloat16, Format.BFloat16, op);

    // What is kept is stretched and rounded again; by fours, and what is left of them.
    [Theory, InlineData(24), InlineData(21)]
    public void Dropout_leaves_the_format_as_it_is(int count)
    {
        float[][] Run(Format format)
        {
            using var step = new Step(Devices.Simulator, training: true, seed: 5, number: 3);
            Tensor x = Draw(Devices.Simulator, [count])[0], y = x.To(Format.BFloat16).To(format).Dropout(0.3f);
            Assert.Equal(format, y.Format);
            float[] value = Wide(y);
            y.Backward(Draw(Devices.Simulator, y.Shape)[0]);
            return [Rounded(value), x.Gradient.ToArray()];
        }
        Assert.Equal(Run(Format.Float32), Run(Format.BFloat16));
    }

    // By fours, and what is left of them.
    [Theory, InlineData(24, Activation.Silu), InlineData(21, Activation.Gelu)]
    public void A_gate_reads_and_writes_it(int count, Activation activation)
    {
        float[][] Run(Format format)
        {
            using var step = new Step(Devices.Simulator);
            Tensor[] x = Draw(Devices.Simulator, [count], [count]);
            Tensor y = x[0].To(Format.BFloat16).To(format).Gated(x[1].To(Format.BFloat16).To(format), activation);
            Assert.Equal(format, y.Format);
            float[] value = Wide(y);
            y.Backward(Draw(Devices.Simulator, y.Shape)[0]);
            return [Rounded(value), x[0].Gradient.ToArray(), x[1].Gradient.ToArray()];
        }
        Assert.Equal(Run(Format.Float32), Run(Format.BFloat16));
    }

    // On tensor cores, in blocks, and a thread to a query; on the simulator and where there are no tensor cores.
    static void Attends(GpuBackend gpu, int queries, int width)
    {
        (float[] Value, float[] Gradient, float[] OfBias) Run(bool stored)
        {
            using var step = new Step(gpu, training: true, seed: 5, number: 3);
            Tensor[] x = Draw(gpu, [1, queries, 3, 2, width], [1, 2, queries, queries]);
            Tensor packed = x[0].To(Format.BFloat16);
            Tensor y = (stored ? packed : packed.To(Format.Float32)).SelfAttention(new AttentionOptions { Causal = true, Bias = x[1], Dropout = 0.2f });
            Assert.Equal(stored ? Format.BFloat16 : Format.Float32, y.Format);
            float[] value = Wide(y);
            y.Backward(Draw(gpu, y.Shape)[0]);
            return (value, x[0].Gradient.ToArray(), x[1].Gradient.ToArray());
        }
        var exact = Run(stored: false);
        var actual = Run(stored: true);
        Assert.Equal(Rounded(exact.Value), actual.Value);
        // Of the output, which is rounded, each query's Σ dO O is made; and a weight that lies between two steps goes to the one or the other.
        Near(exact.Gradient, actual.Gradient);
        Near(exact.OfBias, actual.OfBias);

        static void Near(float[] exact, float[] actual)
        {
            float largest = exact.Max(MathF.Abs);
            for (int i = 0; i < exact.Length; i++) Assert.Equal(exact[i], actual[i], largest / 128);
        }
    }

    [Theory, InlineData(MatMulPrecision.BFloat16, 9, 16), InlineData(MatMulPrecision.BFloat16, 9, 13), InlineData(MatMulPrecision.BFloat16, 9, 68), InlineData(MatMulPrecision.BFloat16, 5, 16), InlineData(MatMulPrecision.Float32, 9, 16)]
    public void Attention_reads_what_was_stored(MatMulPrecision precision, int queries, int width) => Attends(Rounding(precision), queries, width);

    [OpenClTheory, InlineData(5, 16)]
    public void Attention_reads_what_was_stored_on_OpenCL_too(int queries, int width) => Attends(Devices.OpenCl, queries, width);

    // One for all, as each compiles its kernels anew; the tests of a class come one after the other.
    static readonly Lazy<GpuBackend> Shared = new(() => GpuBackend.Simulator());

    static GpuBackend Rounding(MatMulPrecision precision, bool stores = true)
    {
        (Shared.Value.MatMulPrecision, Shared.Value.StoresBFloat16) = (precision, stores);
        return Shared.Value;
    }

    [Fact]
    public void Only_BFloat16_stores_so()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        foreach (MatMulPrecision precision in Enum.GetValues<MatMulPrecision>())
        {
            gpu.MatMulPrecision = precision;
            Assert.Equal(precision == MatMulPrecision.BFloat16 ? Format.BFloat16 : Format.Float32, gpu.ActivationFormat);
        }
        Assert.Equal(Format.Float32, CpuBackend.Default.ActivationFormat);
    }

    [Fact]
    public void The_CPU_and_a_mixture_of_formats_are_refused()
    {
        Tensor x = Tensor.Zeros(CpuBackend.Default, [3, 4]), weight = Tensor.Zeros(CpuBackend.Default, [5, 4]), gamma = Tensor.Zeros(CpuBackend.Default, [4]);
        Assert.Throws<UnsupportedFormatException>(() => x.Linear(weight, format: Format.BFloat16));
        Assert.Throws<UnsupportedFormatException>(() => x.LayerNorm(gamma, format: Format.BFloat16));
        Assert.Throws<UnsupportedFormatException>(() => x.RmsNorm(gamma, format: Format.BFloat16));
        Tensor heads = Tensor.Zeros(Devices.Simulator, [1, 9, 2, 4]), halves = heads.To(Format.BFloat16);
        Assert.Contains("BFloat16", Assert.Throws<UnsupportedFormatException>(() => heads.Attention(halves, halves)).Message, StringComparison.Ordinal);
        Assert.Contains("Float32", Assert.Throws<UnsupportedFormatException>(() => halves.Attention(halves, heads)).Message, StringComparison.Ordinal);
    }
}
