namespace NativeSsl.Tests.Ops;

static class Map
{
    public static OpSpec[] Specs =>
    [
        new("sigmoid", [[67]], x => x[0].Sigmoid(), x => [.. x[0].Select(v => 1 / (1 + Math.Exp(-v)))]) { Scale = 5 },
    ];
}
