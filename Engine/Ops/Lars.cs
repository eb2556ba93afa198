using System.Runtime.CompilerServices;

namespace NativeSsl;

// d = g + λ θ        q = τ ‖θ‖ / ‖d‖,  1 if a norm is 0        v ← μ v + η q d,  θ ← θ − v        θ: one tensor, with a rate q of its own
// You, Gitman & Ginsburg 2017, “Large batch training of convolutional networks”, algorithm 1; q divides by the norm of the sum, as in
// SimCLR's code, not by the sum ‖g‖ + λ ‖θ‖ of the paper.

/// <summary>The numbers of one step of LARS.</summary>
/// <param name="Rate">η, the learning rate.</param>
/// <param name="Momentum">μ, how much of the velocity stays.</param>
/// <param name="Decay">λ, weight decay, added to the gradient.</param>
/// <param name="Trust">τ, the length of a step in lengths of the tensor; 0 for q = 1, as biases and norms have it.</param>
public readonly record struct LarsScalars(float Rate, float Momentum, float Decay, float Trust);

public partial interface IBackend
{
    /// <summary>One step of LARS for one tensor, in place; nobody waits for the device. Shapes: all the same.</summary>
    /// <param name="values">θ.</param>
    /// <param name="gradients">g.</param>
    /// <param name="velocities">v.</param>
    /// <param name="scalars">The rest.</param>
    /// <param name="factor"><c>[1]</c>, what the gradients are multiplied by; if it is 0, nothing moves. Null for 1.</param>
    void Lars(Tensor values, Tensor gradients, Tensor velocities, LarsScalars scalars, Tensor? factor = null);
}

/// <summary>The update of one lane, for every device.</summary>
public static class LarsFormula
{
    /// <summary>d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Direction<T>(T gradient, T value, LarsScalars s) where T : struct, ILane<T> =>
        T.MultiplyAdd(T.Of(s.Decay), value, gradient);

    /// <summary>Moves velocity and value by one gradient at the tensor's own rate η q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Update<T>(T gradient, ref T velocity, ref T value, T ownRate, LarsScalars s) where T : struct, ILane<T>
    {
        velocity = T.MultiplyAdd(T.Of(s.Momentum), velocity, ownRate * Direction(gradient, value, s));
        value -= velocity;
    }
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Lars(Tensor values, Tensor gradients, Tensor velocities, LarsScalars scalars, Tensor? factor = null)
    {
        float by = FactorOf(factor);
        if (by == 0f) return;
        long count = values.Shape.Count;
        int parts = PartsOf(count);
        double rate = scalars.Rate;
        if (scalars.Trust != 0f)
        {
            using CpuPool.Loan sums = _pool.Lend(2L * parts);
            Run(new LarsNorms(Floats(values), Floats(gradients), sums.Floats, count, scalars, by), parts);
            double ofValues = 0, ofDirection = 0;
            for (int part = 0; part < parts; part++)
            {
                ofValues += sums.Floats[2 * part];
                ofDirection += sums.Floats[2 * part + 1];
            }
            if (ofValues > 0 && ofDirection > 0) rate *= scalars.Trust * Math.Sqrt(ofValues / ofDirection);
        }
        Run(new LarsKernel(Floats(values), Floats(gradients), Floats(velocities), count, (float)rate, scalars, by), parts);
    }

    readonly unsafe struct LarsNorms(float* values, float* gradients, float* sums, long count, LarsScalars scalars, float factor) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart, end = Math.Min(count, start + ElementsPerPart);
            T ofValues = T.Of(0f), ofDirection = T.Of(0f);
            for (long i = start; i < end; i += Lanes.Count)
            {
                int left = (int)Math.Min(Lanes.Count, end - i);
                T value = T.Load(values + i, left), d = LarsFormula.Direction(T.Load(gradients + i, left) * T.Of(factor), value, scalars);
                ofValues = T.MultiplyAdd(value, value, ofValues);
                ofDirection = T.MultiplyAdd(d, d, ofDirection);
            }
            (sums[2 * part], sums[2 * part + 1]) = (T.Sum(ofValues), T.Sum(ofDirection));
        }
    }

    readonly unsafe struct LarsKernel(float* values, float* gradients, float* velocities, long count, float ownRate, LarsScalars scalars, float factor)
        : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart, end = Math.Min(count, start + ElementsPerPart);
            for (long i = start; i < end; i += Lanes.Count)
            {
                int left = (int)Math.Min(Lanes.Count, end - i);
                T velocity = T.Load(velocities + i), value = T.Load(values + i);
                LarsFormula.Update(T.Load(gradients + i) * T.Of(factor), ref velocity, ref value, T.Of(ownRate), scalars);
                if (left == Lanes.Count) { T.Store(velocity, velocities + i); T.Store(value, values + i); }
                else { T.Store(velocity, velocities + i, left); T.Store(value, values + i, left); }
            }
        }
    }
}
