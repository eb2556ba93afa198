namespace NativeSsl.Kernels;

/// <summary>The engine's formulas on one float: the same arithmetic as on the CPU, where a device's own are coarse.</summary>
static class DeviceMath
{
    public static float Exp(float x) => LaneMath.Exp(new Scalar(x)).Value;

    public static float Log(float x) => LaneMath.Log(new Scalar(x)).Value;
}
