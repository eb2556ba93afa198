namespace NativeSsl.Kernels;

/// <summary>Four floats that are read or written at once.</summary>
struct Float4 : IPack<Float4>
{
    public float A, B, C, D;

    public Float4(float a, float b, float c, float d) => (A, B, C, D) = (a, b, c, d);

    public static int Count => 4;
    public static Float4 Of(float all) => new(all, all, all, all);
    public static Float4 OneHot(int place, float value) => new(place == 0 ? value : 0f, place == 1 ? value : 0f, place == 2 ? value : 0f, place == 3 ? value : 0f);
    public static Float4 At(Floats x, long i) => x.Cast<Float4>()[i];
    public static void Set(Floats x, long i, Float4 value) => x.Cast<Float4>()[i] = value;
    public static void Set<E>(E x, long i, Float4 value) where E : struct, INumbers => x.SetFour(i, value);
    public static Float4 operator +(Float4 left, Float4 right) => new(left.A + right.A, left.B + right.B, left.C + right.C, left.D + right.D);
    public static Float4 operator -(Float4 left, Float4 right) => new(left.A - right.A, left.B - right.B, left.C - right.C, left.D - right.D);
    public static Float4 operator *(Float4 left, Float4 right) => new(left.A * right.A, left.B * right.B, left.C * right.C, left.D * right.D);
    public static Float4 operator /(Float4 left, Float4 right) => new(left.A / right.A, left.B / right.B, left.C / right.C, left.D / right.D);
    public static Float4 Exp(Float4 x) => new(DeviceMath.Exp(x.A), DeviceMath.Exp(x.B), DeviceMath.Exp(x.C), DeviceMath.Exp(x.D));
    public static Float4 Take<R>(Float4 total, Float4 x) where R : struct, IReduction =>
        new(Team.Take<R>(total.A, x.A), Team.Take<R>(total.B, x.B), Team.Take<R>(total.C, x.C), Team.Take<R>(total.D, x.D));
    public static Float4 IfLess(Float4 left, Float4 right, Float4 yes, Float4 no) => new(left.A < right.A ? yes.A : no.A,
        left.B < right.B ? yes.B : no.B, left.C < right.C ? yes.C : no.C, left.D < right.D ? yes.D : no.D);
    public static float Fold<R>(Float4 x) where R : struct, IReduction =>
        Team.Take<R>(Team.Take<R>(Team.Take<R>(x.A, x.B), x.C), x.D);
}
