namespace NativeSsl.Tests.Ops;

static class Clip
{
    public static OpSpec[] Specs =>
    [
        new("squared norm", [[33, 67]], x => Tensor.From(x[0].Backend, [1], (float)x[0].Backend.SquaredNorm(x[0])),
            x => [x[0].Sum(v => v * v)]) { HasGradient = false },
        new("shrink", [[3, 67]], x =>
        {
            x[0].Backend.Shrink(x[0], 0.3f);
            return x[0];
        }, x => [.. x[0].Select(v => v * 0.3f)]) { HasGradient = false },
    ];
}
