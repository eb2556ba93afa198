namespace NativeSsl;

/// <summary>What a result took: it stands beside every result.</summary>
/// <param name="Seconds">Wall-clock time; zero if it was not measured.</param>
/// <param name="Flops">Multiplications and additions of products (<see cref="FlopCount"/>), if they are known.</param>
/// <param name="SamplesSeen">How many images or texts went through a network, each time counted.</param>
public readonly record struct Cost(double Seconds, double? Flops = null, long SamplesSeen = 0)
{
    /// <summary>Both together; operations are known if they are of both.</summary>
    public static Cost operator +(Cost a, Cost b) => new(a.Seconds + b.Seconds, a.Flops + b.Flops, a.SamplesSeen + b.SamplesSeen);
}
