namespace NativeSsl.Kernels;

/// <summary>Norms in pieces, one thread each; one thread turns them into the tensor's rate; then one thread for each element.</summary>
static class LarsKernels
{
    internal const int ElementsPerThread = 1024;

    public static void Norms(Floats values, Floats gradients, Floats sums, LarsScalars scalars, long count, long threads)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        float ofValues = 0f, ofDirection = 0f;
        long start = thread * ElementsPerThread, end = start + ElementsPerThread;
        for (long i = start; i < end && i < count; i++)
        {
            float d = LarsFormula.Direction(new Scalar(gradients[i]), new Scalar(values[i]), scalars).Value;
            ofValues += values[i] * values[i];
            ofDirection += d * d;
        }
        sums[2 * thread] = ofValues;
        sums[2 * thread + 1] = ofDirection;
    }

    public static void OwnRate(Floats sums, Floats rate, LarsScalars scalars, long pieces)
    {
        if (Grid.GlobalLinearIndex > 0) return;
        float ofValues = 0f, ofDirection = 0f;
        for (long piece = 0; piece < pieces; piece++)
        {
            ofValues += sums[2 * piece];
            ofDirection += sums[2 * piece + 1];
        }
        bool adapts = scalars.Trust != 0f && ofValues > 0f && ofDirection > 0f;
        rate[0] = adapts ? scalars.Rate * scalars.Trust * MathF.Sqrt(ofValues / ofDirection) : scalars.Rate;
    }

    public static void Update(Floats values, Floats gradients, Floats velocities, Floats rate, LarsScalars scalars, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        Scalar velocity = new(velocities[i]), value = new(values[i]);
        LarsFormula.Update(new Scalar(gradients[i]), ref velocity, ref value, new Scalar(rate[0]), scalars);
        velocities[i] = velocity.Value;
        values[i] = value.Value;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Lars(Tensor values, Tensor gradients, Tensor velocities, LarsScalars scalars)
    {
        long count = values.Shape.Count;
        long pieces = scalars.Trust == 0f ? 0 : (count + LarsKernels.ElementsPerThread - 1) / LarsKernels.ElementsPerThread;
        Tensor sums = Tensor.Empty(this, [checked((int)(2 * pieces)) + 1]), rate = Tensor.Empty(this, [1]);
        if (pieces > 0) Launch(LarsKernels.Norms, pieces, View(values), View(gradients), View(sums), scalars, count, pieces);
        Launch(LarsKernels.OwnRate, 1, View(sums), View(rate), scalars, pieces);
        Launch(LarsKernels.Update, count, View(values), View(gradients), View(velocities), View(rate), scalars, count);
    }
}
