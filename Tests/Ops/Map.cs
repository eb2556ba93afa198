namespace NativeSsl.Tests.Ops;

static class Map
{
    /// <summary>A formula that the library does not have: softplus, ln(1 + eˣ).</summary>
    readonly struct Softplus : IFormula
    {
        public static T Value<T>(T x) where T : struct, ILane<T> => LaneMath.Log(T.Of(1f) + LaneMath.Exp(x));
        public static T Slope<T>(T x, T y) where T : struct, ILane<T> => LaneMath.Sigmoid(x);
    }

    public static OpSpec[] Specs =>
    [
        new("map of a user's formula", [[5, 7]], x => x[0].Map<Softplus>("softplus"),
            x => [.. x[0].Select(v => Math.Log(1 + Math.Exp(v)))]) { Scale = 3 },
    ];
}
