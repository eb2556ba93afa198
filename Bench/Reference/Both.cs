using NativeSsl.Bench.Measure;
using TorchSharp;

namespace NativeSsl.Bench.Reference;

/// <summary>The same numbers on both sides.</summary>
static class Both
{
    /// <summary>Two threads, as the goals say.</summary>
    public const int Threads = 2;

    public static CpuBackend Ours { get; } = new(Threads);

    /// <summary>How long a command may measure, as a share of the usual: a tenth under --quick.</summary>
    public static double Patience { get; private set; } = 1;

    public static void Begin(string[] arguments)
    {
        if (arguments.Contains("--quick")) Patience = 0.1;
        Libtorch.Load(Threads);
    }

    public static float[] Draw(long count, ulong stream)
    {
        var random = new RandomSource(7, stream);
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextUniform() * 2 - 1;
        return values;
    }

    public static TorchTensor Torch(float[] values, params ReadOnlySpan<int> shape)
    {
        long[] lengths = new long[shape.Length];
        for (int axis = 0; axis < lengths.Length; axis++) lengths[axis] = shape[axis];
        return torch.tensor(values, lengths);
    }

    public static TorchTensor Torch(int[] values, params long[] shape) => torch.tensor([.. values.Select(value => (long)value)], shape);

    /// <summary>The largest difference, relative to the largest value.</summary>
    public static double Difference(float[] ours, TorchTensor theirs)
    {
        using TorchTensor dense = theirs.detach().contiguous();
        float[] expected = dense.data<float>().ToArray();
        double largest = 1e-30, difference = expected.Length == ours.Length ? 0 : double.PositiveInfinity;
        for (int i = 0; i < Math.Min(expected.Length, ours.Length); i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            difference = Math.Max(difference, Math.Abs((double)expected[i] - ours[i]));
        }
        return difference / largest;
    }

    /// <summary>Stops a measurement of two things that are not the same.</summary>
    public static void Agree(string what, float[] ours, TorchTensor theirs, double tolerance = 2e-4)
    {
        double difference = Difference(ours, theirs);
        if (!(difference <= tolerance)) throw new InvalidOperationException($"{what}: ours and libtorch's differ by {difference:E1} of the largest value; at most {tolerance:E0} is expected.");
    }

    public static Pair Measure(Action ours, Action theirs, double seconds = 1.5) => Pair.Measure(ours, theirs, seconds * Patience);

    /// <summary>What a section says first.</summary>
    public static string Sides => $"Two threads a side. Ours: {Ours.Simd}. libtorch 2.10 by TorchSharp 0.107: {Libtorch.Capability()}.";
}
