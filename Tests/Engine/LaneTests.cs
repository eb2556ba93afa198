namespace NativeSsl.Tests.Engine;

/// <summary>Sixteen lanes do what sixteen scalars do, on every register width.</summary>
public sealed unsafe class LaneTests
{
    public static TheoryData<SimdWidth> Widths => [.. RegisterWidths.Testable];

    static readonly float[] A =
        [1.5f, -2.25f, 0f, -0f, 3f, float.NaN, float.PositiveInfinity, 7f, -8.5f, 2.5f, 1e-40f, 1e38f, -1e38f, 0.1f, 4f, 100.5f];
    static readonly float[] B =
        [0.5f, 3f, -0f, 0f, float.NaN, 1f, 2f, float.NegativeInfinity, -8.5f, 0.3f, 1e-40f, 1e38f, 1e38f, 0.2f, -3f, 1e-3f];
    static readonly float[] C = [.. Enumerable.Range(0, 16).Select(i => i - 7.5f)];

    [Theory, MemberData(nameof(Widths))]
    public void Every_lane_is_a_scalar(SimdWidth width) =>
        RegisterWidths.On(width, LikeScalars<Wide128>, LikeScalars<Wide256>, LikeScalars<Wide512>);

    static void LikeScalars<T>() where T : struct, IWide<T>
    {
        T a = Load<T>(A), b = Load<T>(B), c = Load<T>(C);
        Same(a + b, i => A[i] + B[i]);
        Same(a - b, i => A[i] - B[i]);
        Same(a * b, i => A[i] * B[i]);
        Same(a / b, i => A[i] / B[i]);
        Same(-a, i => -A[i]);
        Same(T.MultiplyAdd(a, b, c), i => MathF.FusedMultiplyAdd(A[i], B[i], C[i]));
        Same(T.Sqrt(a), i => MathF.Sqrt(A[i]));
        Same(T.Min(a, b), i => Scalar.Min(new(A[i]), new(B[i])).Value);
        Same(T.Max(a, b), i => Scalar.Max(new(A[i]), new(B[i])).Value);
        Same(T.IfLess(a, b, c, T.Of(99f)), i => Scalar.IfLess(new(A[i]), new(B[i]), new(C[i]), new(99f)).Value);
        Same(T.Of(2.5f), _ => 2.5f);
        Same(T.SwapPairs(a), i => A[i ^ 1]);

        float[] small = [.. A.Select(v => float.IsFinite(v) && Math.Abs(v) < 1e6f ? v : 0.5f)];
        Same(T.Round(Load<T>(small)), i => Scalar.Round(new(small[i])).Value);
        float[] powers = [-126, -1, 0, 1, 127, 126, -125, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        Same(T.PowerOfTwo(Load<T>(powers)), i => Scalar.PowerOfTwo(new(powers[i])).Value);
        Same(T.PowerOfTwo(Load<T>(powers)), i => (float)Math.Pow(2, powers[i]));
        float[] positive = [1f, 1.99f, 2f, 3f, 0.7f, 1.17549435e-38f, float.MaxValue, 1e-20f, 1e20f, 5f, 6f, 7f, 8f, 9f, 10f, 0.125f];
        Same(T.Exponent(Load<T>(positive)), i => Exponent(positive[i]));
        Same(T.Mantissa(Load<T>(positive)), i => MathF.ScaleB(positive[i], -Exponent(positive[i])));

        static int Exponent(float x) => MathF.ILogB(x) + (MathF.ScaleB(x, -MathF.ILogB(x)) < MathF.Sqrt(2) ? 0 : 1);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Partial_loads_and_stores(SimdWidth width) =>
        RegisterWidths.On(width, Partial<Wide128>, Partial<Wide256>, Partial<Wide512>);

    static void Partial<T>() where T : struct, IWide<T>
    {
        float* memory = stackalloc float[48];
        for (int count = 1; count <= 16; count++)
        {
            for (int i = 0; i < 48; i++) memory[i] = -77f;
            T.Store(Load<T>(C), memory + 16, count);
            for (int i = 0; i < 48; i++) Assert.Equal(i >= 16 && i < 16 + count ? C[i - 16] : -77f, memory[i]);
            Same(T.Load(memory + 16, count), i => i < count ? C[i] : 0f);
            Same(T.Keep(Load<T>(A), count, -3f), i => i < count ? A[i] : -3f);
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Sums_have_the_same_bits_on_every_width(SimdWidth width)
    {
        var random = new RandomSource(9, 0);
        for (int trial = 0; trial < 200; trial++)
        {
            float[] values = [.. Enumerable.Range(0, 16).Select(_ => random.NextNormal() * MathF.Exp(5 * random.NextNormal()))];
            float expected = Tree(values);
            RegisterWidths.On(width, () => Assert.Equal(expected, Wide128.Sum(Load<Wide128>(values))),
                () => Assert.Equal(expected, Wide256.Sum(Load<Wide256>(values))),
                () => Assert.Equal(expected, Wide512.Sum(Load<Wide512>(values))));
        }

        static float Tree(float[] v) => v.Length == 1 ? v[0] : Tree([.. v.Take(v.Length / 2).Zip(v.Skip(v.Length / 2), (a, b) => a + b)]);
    }

    [Theory, MemberData(nameof(Widths))]
    public void The_largest_lane(SimdWidth width) =>
        RegisterWidths.On(width, Largest<Wide128>, Largest<Wide256>, Largest<Wide512>);

    static void Largest<T>() where T : struct, IWide<T>
    {
        for (int place = 0; place < 16; place++)
        {
            float[] values = [.. C];
            values[place] = 50f;
            Assert.Equal(50f, T.Largest(Load<T>(values)));
            values[(place + 5) % 16] = float.NaN;
            Assert.True(float.IsNaN(T.Largest(Load<T>(values))));
        }
    }

    static T Load<T>(float[] values) where T : struct, IWide<T>
    {
        fixed (float* source = values) return T.Load(source);
    }

    static void Same<T>(T actual, Func<int, float> expected) where T : struct, IWide<T>
    {
        float* values = stackalloc float[16];
        T.Store(actual, values);
        for (int i = 0; i < 16; i++) Assert.Equal(expected(i), values[i]);
    }
}
