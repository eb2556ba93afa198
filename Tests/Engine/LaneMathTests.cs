namespace NativeSsl.Tests.Engine;

/// <summary>exp, log, tanh and erf against doubles over the whole range of floats, on every register width and as scalars.</summary>
public sealed unsafe class LaneMathTests
{
    public static TheoryData<string> Lanes =>
        [nameof(Scalar), .. RegisterWidths.Testable.Select(width => $"{width}")];

    // under the smallest normal float, errors are of the size of the last place
    const double Normal = 1.17549435e-38, LastPlace = 1.4e-45;

    // Every 1,021st bit pattern: four million floats of every exponent, both signs, NaN and the infinities.
    static readonly Lazy<float[]> Range = new(() => [.. Stride()]);

    static IEnumerable<float> Stride()
    {
        for (long bits = 0; bits <= uint.MaxValue; bits += 4 * 1021) yield return BitConverter.UInt32BitsToSingle((uint)bits);
        foreach (float special in (float[])[0f, -0f, float.Epsilon, -float.Epsilon, 1.17549421e-38f, 1.17549435e-38f, 1f, -1f,
            float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN])
            yield return special;
    }

    interface IFunction { static abstract T Of<T>(T x) where T : struct, ILane<T>; }
    struct ExpFunction : IFunction { public static T Of<T>(T x) where T : struct, ILane<T> => LaneMath.Exp(x); }
    struct LogFunction : IFunction { public static T Of<T>(T x) where T : struct, ILane<T> => LaneMath.Log(x); }
    struct TanhFunction : IFunction { public static T Of<T>(T x) where T : struct, ILane<T> => LaneMath.Tanh(x); }
    struct ErfFunction : IFunction { public static T Of<T>(T x) where T : struct, ILane<T> => LaneMath.Erf(x); }
    struct SigmoidFunction : IFunction { public static T Of<T>(T x) where T : struct, ILane<T> => LaneMath.Sigmoid(x); }

    static float[] Evaluate<F>(string lane, float[] x) where F : struct, IFunction
    {
        switch (lane)
        {
            case nameof(Scalar): return [.. x.Select(v => F.Of(new Scalar(v)).Value)];
            case nameof(SimdWidth.Bits128): return Wide<F, Wide128>(x);
            case nameof(SimdWidth.Bits256): return Wide<F, Wide256>(x);
            default: return Wide<F, Wide512>(x);
        }
    }

    static float[] Wide<F, T>(float[] x) where F : struct, IFunction where T : struct, IWide<T>
    {
        float[] padded = [.. x, .. new float[16]], y = new float[padded.Length];
        fixed (float* input = padded, output = y)
            for (int i = 0; i < x.Length; i += 16) T.Store(F.Of(T.Load(input + i)), output + i);
        return y[..x.Length];
    }

    static float At<F>(string lane, float x) where F : struct, IFunction => Evaluate<F>(lane, [x])[0];

    // The largest error, as a multiple of what is allowed at that place.
    static void Hold<F>(string lane, Func<double, double> exact, Func<double, double, double> allowed, Func<float, bool>? where = null)
        where F : struct, IFunction
    {
        float[] x = where is null ? Range.Value : [.. Range.Value.Where(where)], y = Evaluate<F>(lane, x);
        for (int i = 0; i < x.Length; i++)
        {
            double truth = exact(x[i]);
            if (double.IsNaN(truth)) { Assert.True(float.IsNaN(y[i]), $"{x[i]:R} gives {y[i]:R}, not NaN"); continue; }
            if (float.IsInfinity((float)truth)) { Assert.True(y[i] == (float)truth, $"{x[i]:R} gives {y[i]:R}, not {truth}"); continue; }
            double error = Math.Abs(y[i] - truth), bound = allowed(x[i], truth);
            if (!(error <= bound)) Assert.Fail($"{x[i]:R} gives {y[i]:R}, not {truth:R}: the error {error:E2} is over {bound:E2}");
        }
    }

    [Theory, MemberData(nameof(Lanes))]
    public void Exp(string lane) => Hold<ExpFunction>(lane, Math.Exp, (_, y) => 2e-7 * y + (y < Normal ? LastPlace : 0));

    [Theory, MemberData(nameof(Lanes))]
    public void Exp_in_the_range_of_use(string lane)
    {
        float[] x = [.. Enumerable.Range(-1_100_000, 2_000_000).Select(i => i * 1e-4f)], y = Evaluate<ExpFunction>(lane, x);
        for (int i = 0; i < x.Length; i++)
        {
            double truth = Math.Exp(x[i]), error = Math.Abs(y[i] - truth);
            if (error > 2e-7 * truth + (truth < Normal ? LastPlace : 0) && !float.IsInfinity((float)truth))
                Assert.Fail($"exp {x[i]:R} is {y[i]:R}, not {truth:R}");
        }
    }

    [Theory, MemberData(nameof(Lanes))]
    public void Log(string lane) => Hold<LogFunction>(lane, Math.Log, (_, y) => 2e-7 * Math.Abs(y));

    [Theory, MemberData(nameof(Lanes))]
    public void Tanh(string lane) => Hold<TanhFunction>(lane, Math.Tanh, (x, _) => Math.Min(4e-7, 4e-7 * Math.Abs(x) + LastPlace));

    [Theory, MemberData(nameof(Lanes))]
    public void Erf(string lane) => Hold<ErfFunction>(lane, Textbook.Erf, (x, _) => Math.Min(5e-7, 5e-7 * Math.Abs(x) + LastPlace));

    [Theory, MemberData(nameof(Lanes))]
    public void Sigmoid(string lane) =>
        Hold<SigmoidFunction>(lane, x => 1 / (1 + Math.Exp(-x)), (_, y) => 3e-7 * y + LastPlace, x => !(x < -87));

    [Theory, MemberData(nameof(Lanes))]
    public void Special_values(string lane)
    {
        Assert.Equal(1f, At<ExpFunction>(lane, 0f));
        Assert.Equal(1f, At<ExpFunction>(lane, -0f));
        Assert.Equal(0f, At<ExpFunction>(lane, float.NegativeInfinity));
        Assert.Equal(0f, At<ExpFunction>(lane, -104f));
        Assert.Equal(float.PositiveInfinity, At<ExpFunction>(lane, float.PositiveInfinity));
        Assert.Equal(float.PositiveInfinity, At<ExpFunction>(lane, 89f));
        Assert.Equal(0f, At<LogFunction>(lane, 1f));
        Assert.Equal(float.NegativeInfinity, At<LogFunction>(lane, 0f));
        Assert.Equal(float.NegativeInfinity, At<LogFunction>(lane, -0f));
        Assert.True(float.IsNaN(At<LogFunction>(lane, -float.Epsilon)));
        Assert.True(float.IsNaN(At<LogFunction>(lane, float.NegativeInfinity)));
        Assert.Equal(float.PositiveInfinity, At<LogFunction>(lane, float.PositiveInfinity));
        Assert.Equal(1f, At<TanhFunction>(lane, float.PositiveInfinity), 4e-7f);
        Assert.Equal(-1f, At<ErfFunction>(lane, float.NegativeInfinity), 5e-7f);
        Assert.Equal(int.MinValue, BitConverter.SingleToInt32Bits(At<TanhFunction>(lane, -0f)));
        Assert.Equal(int.MinValue, BitConverter.SingleToInt32Bits(At<ErfFunction>(lane, -0f)));
        foreach (float nan in (float[])[At<ExpFunction>(lane, float.NaN), At<LogFunction>(lane, float.NaN),
            At<TanhFunction>(lane, float.NaN), At<ErfFunction>(lane, float.NaN)])
            Assert.True(float.IsNaN(nan));
    }

    [Theory, MemberData(nameof(Lanes))]
    public void Tanh_and_erf_stay_within_one(string lane)
    {
        Assert.DoesNotContain(Evaluate<TanhFunction>(lane, Range.Value), y => y is > 1f or < -1f);
        Assert.DoesNotContain(Evaluate<ErfFunction>(lane, Range.Value), y => y is > 1f or < -1f);
    }
}

/// <summary>What the framework has no double for.</summary>
static class Textbook
{
    /// <summary>erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·5 … (2n+1)): all terms have one sign, so nothing cancels.</summary>
    public static double Erf(double x)
    {
        if (Math.Abs(x) > 6) return Math.Sign(x);
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
