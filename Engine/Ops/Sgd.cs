using System.Runtime.CompilerServices;

namespace NativeSsl;

// d = g + λ θ        v ← μ v + d        θ ← θ − η v,  or  θ ← θ − η (d + μ v)  with Nesterov's look ahead

/// <summary>The numbers of gradient descent with momentum that stay what they are.</summary>
/// <param name="Momentum">μ, how much of the velocity stays.</param>
/// <param name="Decay">λ, weight decay, added to the gradient.</param>
/// <param name="Gradient">The weight of d in the move: 0 plain, 1 with Nesterov's look ahead.</param>
/// <param name="Velocity">The weight of v in the move: 1 plain, μ with Nesterov's look ahead.</param>
public readonly record struct SgdScalars(float Momentum, float Decay, float Gradient, float Velocity);

public partial interface IBackend
{
    /// <summary>One step of gradient descent with momentum in place, one pass. Shapes: all <c>[count]</c>.</summary>
    /// <param name="values">θ.</param>
    /// <param name="gradients">g.</param>
    /// <param name="velocities">v.</param>
    /// <param name="scalars">What stays.</param>
    /// <param name="rate">η, the learning rate, <c>[1]</c>.</param>
    /// <param name="factor"><c>[1]</c>, what the gradients are multiplied by; if it is 0, nothing moves. Null for 1.</param>
    void Sgd(Tensor values, Tensor gradients, Tensor velocities, SgdScalars scalars, Tensor rate, Tensor? factor = null);
}

/// <summary>The update of one lane, for every device.</summary>
public static class SgdFormula
{
    /// <summary>Moves velocity and value by one gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Update<T>(T gradient, ref T velocity, ref T value, SgdScalars s, float rate) where T : struct, ILane<T>
    {
        T d = T.MultiplyAdd(T.Of(s.Decay), value, gradient);
        velocity = T.MultiplyAdd(T.Of(s.Momentum), velocity, d);
        value -= T.Of(rate) * T.MultiplyAdd(T.Of(s.Velocity), velocity, T.Of(s.Gradient) * d);
    }
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Sgd(Tensor values, Tensor gradients, Tensor velocities, SgdScalars scalars, Tensor rate, Tensor? factor = null)
    {
        if (FactorOf(factor) is not 0f and float by)
            Run(new SgdKernel(Floats(values), Floats(gradients), Floats(velocities), values.Shape.Count, scalars, *Floats(rate), by), PartsOf(values.Shape.Count));
    }

    readonly unsafe struct SgdKernel(float* values, float* gradients, float* velocities, long count, SgdScalars scalars, float rate, float factor) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart, end = Math.Min(count, start + ElementsPerPart);
            for (long i = start; i < end; i += Lanes.Count)
            {
                int left = (int)Math.Min(Lanes.Count, end - i);
                T velocity = T.Load(velocities + i), value = T.Load(values + i);
                SgdFormula.Update(T.Load(gradients + i) * T.Of(factor), ref velocity, ref value, scalars, rate);
                if (left == Lanes.Count) { T.Store(velocity, velocities + i); T.Store(value, values + i); }
                else { T.Store(velocity, velocities + i, left); T.Store(value, values + i, left); }
            }
        }
    }
}
